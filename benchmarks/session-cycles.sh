#!/usr/bin/env bash
# session-cycles.sh [COUNT]: loads, runs and disposes a mapped model COUNT times (default 1000), from disk and from a memory file, in a
# program compiled just in time and in a native one. Fails where a process crashes or an answer differs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source eng/common.sh
source benchmarks/benchmark-models.sh
prepare_build
folder=$PWD/artifacts/session-cycles
rm -rf "$folder" && mkdir -p "$folder/shapes"
cp models/shapes-resnet/model.onnx "$folder/shapes/"
for native in 0 1; do
  program=$(SESSIONS_NATIVE=$native session_benchmark)
  "$program" prepare "$folder" >/dev/null
  echo "$([ $native = 1 ] && echo native || echo JIT):"
  "$program" cycles "$folder/shapes" "${1:-1000}"
done

#!/usr/bin/env bash
# sessions.sh [--against REF] [ROUNDS]: how long it takes to create a session, and how much memory, for each way to give a model to ONNX
# Runtime: by path, bytes, prepared, in place, mapped. SqueezeNet, MobileNetV2, ResNet-50 and a model of matrix products, random weights.
# Each of ROUNDS (20 unless given) starts every way once, with a warm and then with a cold page cache. Prints medians, and the medians of
# the rounds' ratios; fails where a limit is not kept. REF: another commit, whose library is measured in the same rounds.
# Needs Python 3. The program is compiled natively; SESSIONS_NATIVE=0 takes one that is compiled just in time, whose times hold its
# compilation.
#
# sessions.sh cycles [COUNT]: loads, runs and disposes a mapped model COUNT times (default 1000), from disk and from a memory file, in a
# program compiled just in time and in a native one. Fails where a process crashes or an answer differs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source eng/common.sh
prepare_build

build() { # 1 for a native program: prints its path
  if [ "$1" = 1 ]; then
    eng/publish-aot.sh benchmarks/SessionBenchmark "$PWD/artifacts/session-benchmark-native" >&2
    echo "$PWD/artifacts/session-benchmark-native/SessionBenchmark"
  else
    dotnet publish benchmarks/SessionBenchmark -c Release -o "$PWD/artifacts/session-benchmark" -nologo -v quiet >&2
    echo "$PWD/artifacts/session-benchmark/SessionBenchmark"
  fi
}

if [ "${1:-}" = cycles ]; then
  folder=$PWD/artifacts/session-cycles
  rm -rf "$folder" && mkdir -p "$folder/shapes"
  cp models/shapes-resnet/model.onnx "$folder/shapes/"
  for native in 0 1; do
    program=$(build $native)
    "$program" prepare "$folder" >/dev/null
    echo "$([ $native = 1 ] && echo native || echo JIT):"
    "$program" cycles "$folder/shapes" "${2:-1000}"
  done
  exit
fi

against=
if [ "${1:-}" = --against ]; then
  against=$(git rev-parse --short --verify "${2:?a commit}^{commit}")
  shift 2
fi

# A folder for each model.
models=$PWD/artifacts/benchmark-models
if [ ! -e "$models/matrix/model.onnx" ]; then
  benchmarks/make-models.py "$models" squeezenet mobilenetv2 resnet50 matrix
  for model in squeezenet mobilenetv2 resnet50 matrix; do
    mkdir -p "$models/$model" && mv "$models/$model.onnx" "$models/$model/model.onnx"
  done
fi
program=$(build "${SESSIONS_NATIVE:-1}")
"$program" prepare "$models" >/dev/null
other=
if [ -n "$against" ]; then
  root=$PWD/artifacts/other/$against
  git worktree prune
  [ -e "$root" ] || git worktree add --quiet --detach "$root" "$against"
  other=$(cd "$root" && build "${SESSIONS_NATIVE:-1}")
fi
"$program" table "$models" "${1:-20}" ${other:+"$other"}

#!/usr/bin/env bash
# sessions.sh [ROUNDS]: how long it takes to create a session, and how much memory, for each way to give a model to ONNX Runtime: by
# path, bytes, prepared, in place, mapped. SqueezeNet, MobileNetV2, ResNet-50 and a model of matrix products, random weights; medians of
# ROUNDS (default 7) processes each, in turns, with a warm and a cold page cache. Fails where a limit is not kept.
# Needs ../shared/bench/make_benchmark_models.py beside the repository, and Python 3 with numpy and onnx.
# The program is compiled natively; SESSIONS_NATIVE=0 takes one that is compiled just in time, whose times hold its compilation.
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

# A folder for each model.
models=$PWD/artifacts/benchmark-models make=../shared/bench/make_benchmark_models.py python=/usr/bin/python3
if [ ! -e "$models/matrix/model.onnx" ]; then
  [ -e $make ] || { echo "there is no $make beside the repository"; exit 77; }
  $python -c 'import numpy, onnx' 2>/dev/null || { echo "$python lacks numpy or onnx"; exit 77; }
  mkdir -p "$models"
  $python $make "$models"
  for model in squeezenet mobilenetv2 resnet50; do
    mkdir -p "$models/$model" && mv "$models/$model.onnx" "$models/$model/model.onnx"
  done
  mkdir -p "$models/matrix" && $python benchmarks/make_matrix_model.py "$models/matrix/model.onnx"
fi
program=$(build "${SESSIONS_NATIVE:-1}")
"$program" prepare "$models" >/dev/null
"$program" table "$models" "${1:-7}"

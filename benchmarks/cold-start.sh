#!/usr/bin/env bash
# cold-start.sh [options of lambda_bench.py]: cold start, warm latency and memory of the sample function, JIT and native, next to
# a bare program that loads the same model with ONNX Runtime and runs it. All in one run, in turns.
# Needs ../shared/bench/lambda_bench.py beside the repository, and Python 3.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source eng/common.sh
bench=../shared/bench/lambda_bench.py
[ -e $bench ] || { echo "there is no $bench beside the repository"; exit 77; }
eng/bootstrap.sh
work=$PWD/artifacts/cold-start
rm -rf "$work" && mkdir -p "$work"

dotnet publish samples/ShapesFunction -c Release -o "$work/function" -nologo -v quiet
dotnet publish benchmarks/BareFunction -c Release -o "$work/bare" -nologo -v quiet
eng/publish-aot.sh samples/ShapesFunction "$work/function-native" >"$work/native.log"
eng/publish-aot.sh benchmarks/BareFunction "$work/bare-native" >>"$work/native.log"

model=$PWD/models/shapes-resnet/model.onnx
eng/http-event.sh models/shapes-resnet/samples/star-256x256.jpg >"$work/event.json"
cat >"$work/cases.json" <<JSON
[
  {"name": "bare, JIT", "cmd": ["$work/bare/BareFunction", "$model"]},
  {"name": "sample, JIT", "cmd": ["$work/function/ShapesFunction"]},
  {"name": "bare, native", "cmd": ["$work/bare-native/BareFunction", "$model"]},
  {"name": "sample, native", "cmd": ["$work/function-native/ShapesFunction"]}
]
JSON
python3 $bench "$work/cases.json" --event "$work/event.json" "$@"

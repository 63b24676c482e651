# Sourced by the session benchmarks: builds their program, makes their models. Prints paths.

# The program, compiled natively where SESSIONS_NATIVE is 1.
session_benchmark() {
  if [ "${SESSIONS_NATIVE:-0}" = 1 ]; then
    eng/publish-aot.sh benchmarks/SessionBenchmark "$PWD/artifacts/session-benchmark-native" >&2
    echo "$PWD/artifacts/session-benchmark-native/SessionBenchmark"
  else
    dotnet publish benchmarks/SessionBenchmark -c Release -o "$PWD/artifacts/session-benchmark" -nologo -v quiet >&2
    echo "$PWD/artifacts/session-benchmark/SessionBenchmark"
  fi
}

# A folder with one folder for each model: SqueezeNet, MobileNetV2, ResNet-50, and one of matrix products.
benchmark_models() {
  local models=$PWD/artifacts/benchmark-models make=../shared/bench/make_benchmark_models.py
  if [ ! -e "$models/matrix/model.onnx" ]; then
    [ -e $make ] || { echo "there is no $make beside the repository" >&2; exit 77; }
    local python=/usr/bin/python3
    $python -c 'import numpy, onnx' 2>/dev/null || { echo "$python lacks numpy or onnx" >&2; exit 77; }
    mkdir -p "$models"
    $python $make "$models" >&2
    for model in squeezenet mobilenetv2 resnet50; do
      mkdir -p "$models/$model" && mv "$models/$model.onnx" "$models/$model/model.onnx"
    done
    mkdir -p "$models/matrix" && $python benchmarks/make_matrix_model.py "$models/matrix/model.onnx" >&2
  fi
  echo "$models"
}

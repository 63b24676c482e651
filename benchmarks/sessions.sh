#!/usr/bin/env bash
# sessions.sh [ROUNDS]: how long it takes to create a session, and how much memory, for each way to give a model to ONNX Runtime: by
# path, bytes, prepared, in place, mapped. SqueezeNet, MobileNetV2, ResNet-50 and a model of matrix products, random weights; medians of ROUNDS (default 7)
# processes each, in turns, with a warm and a cold page cache. Fails where a limit is not kept.
# Needs ../shared/bench/make_benchmark_models.py beside the repository, and Python 3 with numpy and onnx.
# The program is compiled natively; SESSIONS_NATIVE=0 takes one that is compiled just in time, whose times hold its compilation.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source eng/common.sh
source benchmarks/benchmark-models.sh
prepare_build
program=$(SESSIONS_NATIVE=${SESSIONS_NATIVE:-1} session_benchmark)
models=$(benchmark_models)
"$program" prepare "$models" >/dev/null
"$program" table "$models" "${1:-7}"

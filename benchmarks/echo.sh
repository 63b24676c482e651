#!/usr/bin/env bash
# echo.sh [options of lambda_bench.py]: what the host itself costs, built as a project (JIT), with the libraries as their packages bring
# them, and published with ReadyToRun: an echo function with an event of 1 KB next to a bare socket
# loop that does the same, and next to an empty program's process time, all in one run and in turns.
# Needs ../shared/bench/lambda_bench.py beside the repository, and Python 3.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bench=../shared/bench/lambda_bench.py
[ -e $bench ] || { echo "there is no $bench beside the repository"; exit 77; }
source eng/common.sh
prepare_build
work=$PWD/artifacts/echo
rm -rf "$work" && mkdir -p "$work"
for project in EmptyProgram BareEcho EchoFunction; do
  dotnet publish benchmarks/$project -c Release -o "$work/$project" -nologo -v quiet
done

# Compiled before, for the same runtime, where the package sources have the compiler.
case $(uname -m) in aarch64) rid=linux-arm64 ;; *) rid=linux-x64 ;; esac
dotnet publish benchmarks/EchoFunction -c Release -r $rid --self-contained false -p:PublishReadyToRun=true --artifacts-path "$work/r2r" \
  -o "$work/EchoFunctionReadyToRun" -nologo -v quiet >"$work/r2r.log" 2>&1 || rm -rf "$work/EchoFunctionReadyToRun"

# As the packages bring the libraries: compiled before, whatever the function itself is.
benchmarks/precompiled.sh "$work/EchoFunction" "$work/EchoFunctionFromPackages" >"$work/packages.log"

python3 benchmarks/echo.py "$work" $bench "$@"

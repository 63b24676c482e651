#!/usr/bin/env bash
# cold-start.sh [--prepared FOLDER] [options of lambda_bench.py]: cold start, warm latency and memory of the image function: compiled at
# its start (JIT), the same with the libraries as their packages bring them (JIT, packages), ahead of time for Lambda's runtime (R2R),
# with a runtime of its own (R2R, own runtime) and natively, next to a bare program that loads the same model with ONNX Runtime and runs
# it. All of a model in one run, in turns; then the ratios.
# FOLDER: squeezenet/ and resnet50/ as "serverless-inference optimize" writes them, which is run where they are not there yet; they become
# cases of their own. What was prepared on another kind of processor is not used.
# Models: of ../shared/bench where it is, else the same ones by benchmarks/make-models.py.
# Needs ../shared/bench/lambda_bench.py beside the repository, and Python 3. What the feed cannot publish is left out, and said so.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source eng/common.sh
bench=../shared/bench
[ -e $bench/lambda_bench.py ] || { echo "there is no $bench/lambda_bench.py beside the repository"; exit 77; }
prepared=
if [ "${1:-}" = --prepared ]; then
  mkdir -p "${2:?a folder}"
  prepared=$(cd "$2" && pwd)
  shift 2
fi

prepare_build
work=$PWD/artifacts/cold-start
rm -rf "$work" && mkdir -p "$work/models"
case $(uname -m) in x86_64) rid=linux-x64 ;; aarch64) rid=linux-arm64 ;; *) rid= ;; esac

publish() { # kind, project, name, options
  local kind=$1 project=$2 out=$work/$1/$3
  shift 3
  if ! dotnet publish "benchmarks/$project" -c Release -o "$out" -nologo -v quiet "$@" >"$out.log" 2>&1; then
    # A package that the feed lacks, or a project that cannot be published: the log says which.
    grep -qE 'NU1101|NU1102|NU1103|NETSDK1094' "$out.log" || { cat "$out.log"; exit 1; }
    echo "left out: $kind of $project (the feed lacks a package)"
    rm -rf "$out"
  fi
}

for project in BareFunction ImageFunction; do
  mkdir -p "$work"/{jit,r2r,own-runtime,native}
  publish jit $project $project -p:PublishReadyToRun=false
  if [ -n "$rid" ]; then
    publish r2r $project $project -r $rid -p:PublishReadyToRun=true -p:SelfContained=false --artifacts-path "$work/build/r2r"
  fi

  eng/publish-aot.sh benchmarks/$project "$work/native/$project" >"$work/native/$project.log" || { tail -n 1 "$work/native/$project.log"; rm -rf "$work/native/$project"; }
done
mkdir -p "$work/packages"
benchmarks/precompiled.sh "$work/jit/ImageFunction" "$work/packages/ImageFunction" >"$work/packages.log"
[ -z "$rid" ] || publish own-runtime ImageFunction ImageFunction -r $rid -p:PublishReadyToRun=true --self-contained true -p:PublishTrimmed=true --artifacts-path "$work/build/own-runtime"

if [ -e $bench/make_benchmark_models.py ] && /usr/bin/python3 -c 'import onnx, numpy' 2>/dev/null; then
  echo "models: $bench/make_benchmark_models.py"
  /usr/bin/python3 $bench/make_benchmark_models.py "$work/models" >/dev/null
else
  echo "models: benchmarks/make-models.py"
  benchmarks/make-models.py "$work/models" >/dev/null
fi

for model in squeezenet resnet50; do
  if [ -n "$prepared" ] && [ ! -d "$prepared/$model" ]; then
    dotnet run --project src/ServerlessInference.Tool -c Release -v quiet -- optimize "$work/models/$model.onnx" --out "$prepared/$model"
  fi
done

# A photo of 500 x 375 pixels where there is one; the sample's picture else.
event=$PWD/$bench/events/http_500x375.json
[ -e "$event" ] || { event=$work/event.json; http_event models/shapes-resnet/samples/star-256x256.jpg >"$event"; }

for model in squeezenet resnet50; do
  python3 - "$work" "$model" "$prepared" >"$work/$model.json" <<'PYTHON'
import json, os, sys
work, model, prepared = sys.argv[1:]
cases = []
for kind, name in (("jit", "JIT"), ("packages", "JIT, packages"), ("r2r", "R2R"), ("own-runtime", "R2R, own runtime"), ("native", "native")):
    for project, who in (("BareFunction", "bare"), ("ImageFunction", "image")):
        program = f"{work}/{kind}/{project}/{project}"
        if os.path.exists(program):
            cases.append({"name": f"{who}, {name}", "cmd": [program, f"{work}/models/{model}.onnx"]})
            if prepared and who == "image" and os.path.isdir(f"{prepared}/{model}"):
                cases.append({"name": f"prepared, {name}", "cmd": [program, f"{prepared}/{model}"]})
json.dump(cases, sys.stdout)
PYTHON
  printf '\n%s\n' "$model"
  python3 $bench/lambda_bench.py "$work/$model.json" --event "$event" "$@" | tee "$work/$model.txt"
  python3 - "$work/$model.txt" <<'PYTHON'
import re, sys
cold = {m[1].strip(): float(m[2]) for m in (re.match(r"(.*?) +cold=([\d.]+)", line) for line in open(sys.argv[1])) if m}
for name, value in cold.items():
    for base in dict.fromkeys(("bare, native",) if name.endswith("native") else ("bare, JIT", "bare, R2R")):
        if base in cold and not name.startswith("bare"):
            print(f"{name}: {value / cold[base]:.2f} of {base}")
PYTHON
done

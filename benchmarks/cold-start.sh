#!/usr/bin/env bash
# cold-start.sh [image|echo] [--kinds LIST] [--models LIST] [--prepared FOLDER] [--against REF] [options of measure.py]
#
# Measures cold start, warm latency and memory of a function that is published in every way, all in one run and in turns.
#   image   (the default) an image function next to bare programs, in .NET and in C, that load the same model with ONNX Runtime and run it
#   echo    a function that answers with its event of 1 KB, next to a bare socket loop and an empty program: what the host itself costs
#
# --kinds      of jit,packages,r2r,own-runtime,native,baseline those that are wanted, separated by commas. packages: compiled at its start,
#              with the libraries as their packages hold them. baseline: native, without an instruction set.
# --models     of squeezenet,resnet50 those that are wanted
# --prepared   a folder for prepared models, which are measured as well; "serverless-inference optimize" makes those that are missing
# --against    another commit, which is checked out below artifacts/, published in the same ways and measured in the same run
# Then options of measure.py: --rounds 20, --warm 30, --cpus 0.
#
# The image is the photo of 500 x 375 pixels in ../shared/bench where there is one, else a picture of models/. What the package sources
# cannot serve is left out with a message. Needs Python 3.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source eng/common.sh
what=image kinds= models=squeezenet,resnet50 prepared= against= options=()
while [ $# -gt 0 ]; do
  case $1 in
    image | echo) what=$1; shift ;;
    --kinds) kinds=${2:?kinds}; shift 2 ;;
    --models) models=${2:?models}; shift 2 ;;
    --prepared) mkdir -p "${2:?a folder}"; prepared=$(cd "$2" && pwd); shift 2 ;;
    --against) against=$(git rev-parse --short --verify "${2:?a commit}^{commit}"); shift 2 ;;
    *) options+=("$1"); shift ;;
  esac
done

case $(uname -m) in
  x86_64) rid=linux-x64 ;;
  aarch64) rid=linux-arm64 ;;
  *) echo "Nothing can be published for a processor of the kind $(uname -m)."; exit 77 ;;
esac
if [ $what = image ]; then function=ImageFunction; else function=EchoFunction; fi
all=jit,packages,r2r,own-runtime,native
[ $rid$what != linux-x64image ] || all+=,baseline
kinds=${kinds:-$all}
prepare_build
work=$PWD/artifacts/cold-start-$what
rm -rf "$work" && mkdir -p "$work"

# Removes what could not be published, and ends the script unless a package is missing.
left_out() { # what, folder
  if ! grep -qE 'NU110[123]|NETSDK1094|lack the native compiler' "$2.log"; then cat "$2.log"; exit 1; fi
  echo "left out: $1: the package sources lack a compiler or a runtime ($2.log)"
  rm -rf "$2"
}

publish() { # root of a checkout, project, folder, options
  local root=$1 project=$2 out=$3
  shift 3
  mkdir -p "$out"
  (cd "$root" && dotnet publish "benchmarks/$project" -c Release -o "$out" -nologo -v quiet "$@") >"$out.log" 2>&1 ||
    left_out "$project" "$out"
}

publish_native() { # root of a checkout, project, folder, options
  mkdir -p "$3"
  "$1/eng/publish-aot.sh" "benchmarks/$2" "$3" "${@:4}" >"$3.log" 2>&1 || left_out "$2, native" "$3"
}

# The function as it is compiled at its start, with the libraries taken out of their packages.
publish_from_packages() { # root of a checkout, project, folder
  publish "$1" "$2" "$3" -p:PublishReadyToRun=false
  "$1/eng/pack.sh" "$3.packages" >"$3.log" 2>&1 || { cat "$3.log"; exit 1; }
  if python3 - "$3" $rid <<'PYTHON'
import glob, os, sys, zipfile
folder, rid = sys.argv[1:]
taken = 0
for package in glob.glob(f"{folder}.packages/*.nupkg"):
    with zipfile.ZipFile(package) as archive:
        for entry in archive.namelist():
            library = f"{folder}/{os.path.basename(entry)}"
            if entry.startswith(f"runtimes/{rid}/lib/") and os.path.exists(library):
                with open(library, "wb") as file:
                    file.write(archive.read(entry))
                taken += 1
sys.exit(taken == 0)
PYTHON
  then return; fi
  echo "left out: $2, packages: they hold no libraries that are compiled for $rid"
  rm -rf "$3"
}

publish_as() { # kind, root of a checkout, project, folder
  local built=$2/artifacts/cold-start-build
  case $1 in
    jit) publish "$2" "$3" "$4" -p:PublishReadyToRun=false ;;
    packages) publish_from_packages "$2" "$3" "$4" ;;
    r2r) publish "$2" "$3" "$4" -r $rid -p:PublishReadyToRun=true --self-contained false --artifacts-path "$built/r2r" ;;
    own-runtime)
      publish "$2" "$3" "$4" -r $rid -p:PublishReadyToRun=true --self-contained true -p:PublishTrimmed=true \
        --artifacts-path "$built/own-runtime" ;;
    native) publish_native "$2" "$3" "$4" ;;
    baseline) publish_native "$2" "$3" "$4" -p:IlcInstructionSet= ;;
    *) echo "there is no kind '$1'; there are $all"; exit 2 ;;
  esac
}

build_bare_c() { # folder
  local version package
  version=$(sed -n 's|.*<OnnxRuntimeVersion>\(.*\)</OnnxRuntimeVersion>.*|\1|p' Directory.Packages.props)
  package=$(dotnet nuget locals global-packages --list)
  package=${package#*: }/microsoft.ml.onnxruntime/$version
  if ! command -v cc >/dev/null; then echo "left out: bare, C: there is no C compiler (cc)"; return; fi
  mkdir -p "$1" && cp "$package/runtimes/$rid/native/libonnxruntime.so" "$1/libonnxruntime.so.1"
  cc -O2 -Wall -Wextra -Werror -I "$package/build/native/include" -Wl,-rpath,'$ORIGIN' -o "$1/BareC" \
    benchmarks/BareC/bare.c "$1/libonnxruntime.so.1"
}

for kind in ${kinds//,/ }; do
  echo "publishing: $kind"
  publish_as $kind "$PWD" $function "$work/this/$kind"
  case $what,$kind in image,jit | image,r2r | image,native) publish_as $kind "$PWD" BareFunction "$work/bare/$kind" ;; esac
done
if [ $what = image ]; then build_bare_c "$work/bare/c"; else
  publish_as jit "$PWD" BareEcho "$work/bare/jit"
  publish_as jit "$PWD" EmptyProgram "$work/bare/empty"
fi
if [ -n "$against" ]; then
  other=$PWD/artifacts/other/$against
  git worktree prune
  [ -e "$other" ] || git worktree add --quiet --detach "$other" "$against"
  for kind in ${kinds//,/ }; do
    echo "publishing: $kind, $against"
    publish_as $kind "$other" $function "$work/other/$kind"
  done
fi

plan() { # event, "" or model, "" or its prepared form
  python3 - "$work" "$against" "$1" "$2" "$3" <<'PYTHON'
import json, os, sys
work, other, event, model, prepared = sys.argv[1:]
kinds = {"jit": "JIT", "packages": "JIT, packages", "r2r": "ReadyToRun", "own-runtime": "ReadyToRun, own runtime", "native": "native",
         "baseline": "native, no instruction set"}
programs, ratios = [], []

def add(name, folder, executable, *arguments, **more):
    if os.path.isdir(f"{work}/{folder}"):
        programs.append({"name": name, "command": [f"{work}/{folder}/{executable}", *arguments], **more})

def compare(of, to, *what, limit=None):
    ratios.extend({"of": of, "to": to, "what": one, "limit": limit} for one in what)

if model:
    add("bare, C", "bare/c", "BareC", model)
    for kind, label in kinds.items():
        add(f"bare, {label}", f"bare/{kind}", "BareFunction", model)
        add(f"image, {label}", f"this/{kind}", "ImageFunction", model)
        yardsticks = {"jit": ["bare, JIT"], "packages": ["bare, JIT"], "native": ["bare, native", "bare, C"],
                      "baseline": []}.get(kind, ["bare, JIT", "bare, ReadyToRun"])
        forms = ["image"]
        if prepared:
            add(f"prepared, {label}", f"this/{kind}", "ImageFunction", prepared)
            forms.append("prepared")
        for form in forms:
            for yardstick in yardsticks:
                compare(f"{form}, {label}", yardstick, "cold")
            if kind == "baseline":
                compare(f"{form}, {label}", f"{form}, native", "cold", "warm")
        if other:
            add(f"image, {label} ({other})", f"other/{kind}", "ImageFunction", model)
            compare(f"image, {label}", f"image, {label} ({other})", "cold", "warm", "peak")
            if prepared:
                add(f"prepared, {label} ({other})", f"other/{kind}", "ImageFunction", prepared)
                compare(f"prepared, {label}", f"prepared, {label} ({other})", "cold", "warm", "peak")
else:
    add("empty program", "bare/empty", "EmptyProgram", ends=True)
    add("bare socket loop", "bare/jit", "BareEcho")
    for kind, label in kinds.items():
        add(f"echo, {label}", f"this/{kind}", "EchoFunction")
        compare(f"echo, {label}", "empty program", "cold", limit=2.2 if kind == "packages" else None)
        compare(f"echo, {label}", "bare socket loop", "warm", limit=1.3 if kind == "jit" else None)
        if other:
            add(f"echo, {label} ({other})", f"other/{kind}", "EchoFunction")
            compare(f"echo, {label}", f"echo, {label} ({other})", "cold", "warm", "peak")
json.dump({"event": event, "programs": programs, "ratios": ratios}, sys.stdout)
PYTHON
}

failed=0
measure() { # title, plan
  printf '\n== %s\n' "$1"
  python3 benchmarks/measure.py "$2" "${options[@]}" || failed=$?
}
if [ $what = echo ]; then
  python3 -c 'import json; print(json.dumps({"Text": "x" * 1012}))' >"$work/event.json"
  plan "$work/event.json" "" "" >"$work/plan.json"
  measure "echo, an event of 1 KB" "$work/plan.json"
  exit $failed
fi

event=$PWD/../shared/bench/events/http_500x375.json
[ -e "$event" ] || { event=$work/event.json; http_event models/shapes-resnet/samples/star-256x256.jpg >"$event"; }
made=$PWD/artifacts/cold-start-models
[ -e "$made/resnet50.onnx" ] || benchmarks/make-models.py "$made" >/dev/null
for model in ${models//,/ }; do
  if [ -n "$prepared" ] && [ ! -d "$prepared/$model" ]; then
    dotnet run --project src/ServerlessInference.Tool -c Release -v quiet -- optimize "$made/$model.onnx" --out "$prepared/$model"
  fi
  plan "$event" "$made/$model.onnx" "${prepared:+$prepared/$model}" >"$work/$model.json"
  measure "$model, $(basename "$event")" "$work/$model.json"
done
exit $failed

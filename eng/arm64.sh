#!/usr/bin/env bash
# arm64.sh [quick|all]: runs what is published for linux-arm64 (AWS Graviton) on an x86-64 machine with Debian, under QEMU's user mode.
#
#   quick  (the default) the tests of images, tensors, detection and tokens that compare bytes, with AdvSimd, on a Neoverse N1 (Graviton2);
#          a native function that answers through the Runtime API, also without /sys/devices/system/cpu; a model prepared for arm64.
#   all    every test of Core, Imaging, Vision, Tokenizers and Text and the parity tests as well, with every feature that QEMU emulates; a function from the
#          packages in artifacts/packages, on the oldest and the newest supported ONNX Runtime.
#
# Exits with 77 where this cannot be tried; the last line says why. QEMU is Debian 13's, because Debian 12's crashes with .NET 10. Neither
# it nor the arm64 libraries are installed: they are unpacked into artifacts/arm64, which later runs use again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source eng/common.sh

mode=${1:-quick}
case $mode in quick|all) ;; *) echo "usage: eng/arm64.sh [quick|all]"; exit 2 ;; esac
folder=$PWD/artifacts/arm64
root=$folder/root
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
not_tried() { echo "arm64 is not tried: $*"; exit 77; }

# --- QEMU, and the C library and headers of arm64 ------------------------------------------------------------------------------
# apt works on lists and a cache of its own here, so that nothing of the machine's is touched and no package can be installed by accident.
download_packages() {
  local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  [ -f $keyring ] || not_tried "$keyring is missing (apt-get install debian-archive-keyring)"
  mkdir -p "$work/apt/lists/partial" "$work/apt/cache/archives/partial" "$work/debs"
  printf 'deb [arch=%s signed-by=%s] %s %s main\n' amd64 $keyring "$mirror" trixie arm64 $keyring "$mirror" bookworm >"$work/apt/sources"
  local apt=(
    apt-get -qq -o "Dir::Etc::SourceList=$work/apt/sources" -o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$work/apt/lists"
    -o "Dir::Cache=$work/apt/cache" -o APT::Architectures::=amd64 -o APT::Architectures::=arm64 -o APT::Sandbox::User=root
    -o APT::Update::Error-Mode=any -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false)
  "${apt[@]}" update && cd "$work/debs" && "${apt[@]}" download qemu-user:amd64 \
    {libc6,libgcc-s1,libstdc++6,zlib1g,libssl3,libcrypt1,libc6-dev,linux-libc-dev,libgcc-12-dev,zlib1g-dev}:arm64
}
if [ ! -f "$folder/fetched" ]; then
  [ "$(uname -m)" = x86_64 ] || not_tried "this machine is $(uname -m); QEMU is fetched for x86-64 only"
  command -v apt-get >/dev/null || not_tried "QEMU and the arm64 libraries are Debian packages, and apt-get is missing"
  # The mirror that this machine's own package lists come from; a minimal image has no lists yet.
  find_mirror() { apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | sed -n '\#/debian/*$#{s#/*$##p;q}' || true; }
  mirror=$(find_mirror)
  if [ -z "$mirror" ]; then apt-get update -qq >/dev/null 2>&1 || true; mirror=$(find_mirror); fi
  [ -n "$mirror" ] || not_tried "apt's sources name no mirror of Debian (a URL that ends in /debian)"
  step "fetch QEMU and the arm64 libraries"
  if ! (download_packages) >"$work/apt.log" 2>&1; then
    cat "$work/apt.log"
    not_tried "Debian's packages cannot be fetched from $mirror: $(tail -n 1 "$work/apt.log")"
  fi
  rm -rf "$root" && mkdir -p "$root"
  for package in "$work"/debs/*_arm64.deb; do dpkg-deb -x "$package" "$root"; done
  # Absolute links point out of the folder: the linker would not find libm.so.6 and take the static libm.a, which needs the static libc.
  find "$root" -type l -lname '/*' -printf '%p %l\n' | while read -r link target; do ln -sfn "$root$target" "$link"; done
  dpkg-deb --fsys-tarfile "$work"/debs/qemu-user_*.deb | tar -xO ./usr/bin/qemu-aarch64 >"$folder/qemu-aarch64"
  chmod +x "$folder/qemu-aarch64"
  touch "$folder/fetched"
fi

prepare_build
said=$(need_packages clang lld zlib1g-dev) || not_tried "$said"

# --- what is published for arm64 ----------------------------------------------------------------------------------------------
publish() { # PROJECT FOLDER OPTION…
  local project=$1 out=$2 options=(-r linux-arm64 --artifacts-path "$folder/build")
  shift 2
  rm -rf "$out"
  if ! said=$(restore "$project" "${options[@]}" "$@"); then
    echo "$said"
    if grep -qE 'NU110[123]' <<<"$said"; then not_tried "the package sources lack .NET's packages for linux-arm64"; fi
    exit 1
  fi
  dotnet publish "$project" -c Release --no-restore "${options[@]}" -nologo -v quiet -p:RunAnalyzers=false -o "$out" "$@"
}
# .NET maps each page of code twice where memory must not be writable and executable at once, which QEMU makes very slow.
export DOTNET_EnableWriteXorExecute=0

run_tests() { # PROJECT PROCESSOR FILTER…
  local name=ServerlessInference.$1.Tests processor=$2 log=$work/$1.log
  shift 2
  step "$name on arm64 ($processor)"
  publish "tests/$name" "$folder/tests/$name/release" -p:SelfContained=true
  local code=0
  timeout 3600 "$folder/qemu-aarch64" -cpu "$processor" -L "$root" \
    "$folder/tests/$name/release/$name" -noLogo -noColor "$@" >"$log" 2>&1 || code=$?
  local summary; summary=$(grep -o 'Total: .*' "$log" || true)
  if [ $code -ne 0 ] || ! [[ $summary =~ ^Total:\ ([1-9][0-9]*), ]]; then
    grep -vE '^\s*$|\[SKIP\]' "$log" | tail -n 200; echo "$name did not pass on arm64 (exit code $code)"; exit 1
  fi
  echo "  $summary"
  tests=$((tests + BASH_REMATCH[1]))
}

tests=0
if [ "$mode" = all ]; then
  # The program that Core's tests start as a process of its own: the kernel cannot start an arm64 one, so a script starts QEMU with it.
  publish tests/ServerlessInference.StoreProcess "$folder/store-process" -p:SelfContained=true
  starter=$folder/tests/ServerlessInference.StoreProcess/release/ServerlessInference.StoreProcess
  mkdir -p "$(dirname "$starter")"
  printf '#!/bin/sh\nexec "%s" -cpu max -L "%s" "%s" "$@"\n' "$folder/qemu-aarch64" "$root" \
    "$folder/store-process/ServerlessInference.StoreProcess" >"$starter"
  chmod +x "$starter"
  # Not these: they compile a library with this machine's compiler, start themselves as a process, or measure memory, of which QEMU takes
  # some for itself.
  run_tests Core max -class- "*.NativeLibrariesTests" -class- "*.SwapMemoryTests" -class- "*.Store.MemoryTests"
  for name in Imaging Vision Tokenizers Text Parity; do run_tests $name max; done
else
  export SERVERLESS_INFERENCE_FUZZ_MUTANTS=50
  run_tests Imaging neoverse-n1 -class- "*.PngDecodeStateTests"
  run_tests Vision neoverse-n1 -namespace "ServerlessInference.Vision.Tests.Detection.Internal*" \
    -class- "*.DetectionFuzzTests" -class- "*.NonMaxSuppressionTests"
  run_tests Tokenizers neoverse-n1 -class- "*.TokenizerPropertyTests"
  run_tests Parity neoverse-n1 -class "*.DecodeParityTests" -class "*.ClassificationTensorParityTests" \
    -class "*.WordPieceTokenizerParityTests" -class "*.RawOutputParityTests"
fi

# --- a native function, whose classifier is a model prepared for arm64 ----------------------------------------------------------
emulator=("$folder/qemu-aarch64" -cpu neoverse-n1 -L "$root")
tool=$PWD/artifacts/bin/ServerlessInference.Tool/release/serverless-inference
if [ ! -x "$tool" ]; then
  restore src/ServerlessInference.Tool
  dotnet build src/ServerlessInference.Tool -c Release --no-restore -nologo -v quiet
fi

step "prepare a model on arm64"
publish src/ServerlessInference.Tool "$folder/tool" -p:SelfContained=true
"${emulator[@]}" "$folder/tool/serverless-inference" optimize models/shapes-resnet --out "$work/prepared" | tee "$work/optimize.log"
grep -q '"processor":"arm64"' "$work/optimize.log" || { echo "the model was not prepared for arm64"; exit 1; }

step "publish a native function for arm64"
export SysRoot=$root LinkerFlavor=lld StripSymbols=false # MSBuild takes properties from the environment
publish samples/DemoFunction "$folder/function" -p:PublishAot=true 2>&1 | tee "$work/publish.log"
if grep -E 'warning (IL|AOT)' "$work/publish.log"; then echo "the native compiler warns"; exit 1; fi
newest=$(readelf -V "$folder"/function/{DemoFunction,libonnxruntime.so} | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -n 1)
[ "$(printf '%s\n' "$newest" GLIBC_2.34 | sort -V | tail -n 1)" = GLIBC_2.34 ] ||
  { echo "the function needs $newest; Amazon Linux 2023 has GLIBC_2.34"; exit 1; }
[ ! -e "$folder/function/onnxruntime.dll" ] || { echo "the function was published with ONNX Runtime's library for Windows"; exit 1; }
rm "$folder/function/models/shapes-resnet/model.onnx" # only the prepared one can be loaded
cp "$work"/prepared/* "$folder/function/models/shapes-resnet/"

step "publish it where ONNX Runtime has no library for arm64"
cat >"$work/without.targets" <<'XML'
<Project>
  <Target Name="TakeTheLibraryAway" AfterTargets="ResolvePackageAssets">
    <ItemGroup><NativeCopyLocalItems Remove="@(NativeCopyLocalItems)" Condition="'%(Filename)' == 'libonnxruntime'" /></ItemGroup>
  </Target>
</Project>
XML
without=(-p:SelfContained=false "-p:CustomAfterMicrosoftCommonTargets=$work/without.targets")
if (publish samples/DemoFunction "$work/without" "${without[@]}") >"$work/without.log"; then
  echo "a function without ONNX Runtime's library was published"; exit 1
fi
grep -m 1 'error SI0001' "$work/without.log" || { cat "$work/without.log"; echo "the error SI0001 was expected"; exit 1; }

printf '{"question":"Where does Mara Telk live?","context":"Mara Telk lives in Brenford. She works for Solvinex."}' >"$work/question.json"
http_event models/shapes-resnet/samples/star-256x256.jpg /shape >"$work/shape"
http_event models/shapes-detector/scene.jpg /scene >"$work/scene"
http_event "$work/question.json" /question >"$work/question"
ask() { # COMMAND…: which runs the tool
  local events=(--event "$work/shape" --event "$work/scene" --event "$work/question")
  "$@" invoke "${events[@]}" -- "${emulator[@]}" "$folder/function/DemoFunction" >"$work/answers" 2>"$work/log" ||
    { cat "$work/answers" "$work/log"; echo "the native arm64 function did not answer"; exit 1; }
  expect 1 '"label":"star"'
  expect 2 '"label":"'
  expect 3 '"text":"Brenford"'
}
expect() { # LINE TEXT
  sed -n "$1p" "$work/answers" | tr -d '\\' | grep -qF "$2" || { cat "$work/answers" "$work/log"; echo "answer $1 should hold $2"; exit 1; }
}
step "ask it"
ask "$tool"

# Lambda's arm64 machines lack the lists of processors, and ONNX Runtime without a logger aborts there.
namespace=(unshare --mount)
[ "$(id -u)" -eq 0 ] || namespace=(unshare --map-root-user --mount)
hide='mount -t tmpfs none /sys/devices/system/cpu && [ ! -e /sys/devices/system/cpu/possible ] && exec "$@"'
if "${namespace[@]}" sh -c "$hide" sh true 2>"$work/unshare"; then
  step "ask it without /sys/devices/system/cpu"
  ask "${namespace[@]}" sh -c "$hide" sh "$tool"
  hidden="also without /sys/devices/system/cpu"
else
  hidden="not tried without /sys/devices/system/cpu ($(head -n 1 "$work/unshare"))"
fi
if [ "$mode" = all ]; then
  eng/checks/packages.sh artifacts/packages linux-arm64 "${emulator[@]}"
fi
echo "arm64 under QEMU: $tests tests pass, and a native function answers with a model prepared for arm64, $hidden"

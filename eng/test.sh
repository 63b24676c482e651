#!/usr/bin/env bash
# Builds everything and runs every test. Needs the .NET 10 SDK; on Debian 12 and 13 it installs, as root, what else it needs.
#
# Prints the time of each step and each skipped group of tests with its reason, and ends with "N passed, N failed, N skipped".
# With ../shared/reference beside the repository the tests against the original Python pipelines run too.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source eng/common.sh

configuration=Release
results=$PWD/artifacts/test-results
passed=0 failed=0 skipped=0
rm -rf "$results" && mkdir -p "$results"

# Each step ends with its time, which the next one prints.
step_started=
step() {
  [ -z "$step_started" ] || printf '  %d s\n' $((SECONDS - step_started))
  step_started=$SECONDS
  [ $# -eq 0 ] || printf '\n== %s\n' "$*"
}

step "build"
echo "  $(df -h --output=avail . | tail -n 1 | tr -d ' ') of the disk are free"
prepare_build
restore ServerlessInference.slnx || exit 1
dotnet build ServerlessInference.slnx -c $configuration --no-restore -nologo -v quiet || { echo "The build failed."; exit 1; }
step "pack"
eng/pack.sh artifacts/packages || exit 1

step "servers"
trap '[ -z "${arm64:-}" ] || kill "$arm64" 2>/dev/null || true; stop_servers "$PWD/artifacts/servers"' EXIT
start_servers "$PWD/artifacts/servers"

# --- unit, integration, public-API and parity tests: xunit executables -----------------------------------------------------
run_assembly() { # name, label, environment…
  local name=$1 label=$2; shift 2
  local program=${folder:-artifacts/bin/$name/${configuration,,}}/$name
  local report=$results/$label.xml log=$results/$label.log
  step "$label"
  env "$@" timeout 900 "$program" -noLogo -noColor -xml "$report" >"$log" 2>&1
  local code=$?
  if [ ! -s "$report" ]; then
    cat "$log"; echo "$label did not finish (exit code $code)."; failed=$((failed + 1)); return
  fi
  [ $code -eq 0 ] || grep -vE '^\s*$' "$log" | head -n 200
  local summary; summary=$(grep -o '<assembly [^>]*>' "$report" | head -n 1)
  count() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$summary"; }
  local p f s e; p=$(count passed) f=$(count failed) s=$(count skipped) e=$(count errors)
  passed=$((passed + p)) failed=$((failed + f + e)) skipped=$((skipped + s))
  echo "  $p passed, $((f + e)) failed, $s skipped"
  skip_reasons "$report" | sed 's/^/  skipped: /'
}
# A group is what shares a reason.
skip_reasons() {
  tr '\n' ' ' <"$1" | grep -o '<reason>.*\?</reason>' | sed 's|</reason>|</reason>\n|g' | grep -o '<reason>.*</reason>' |
    sed -e 's|^<reason>||' -e 's|</reason>$||' -e 's|^<!\[CDATA\[||' -e 's|\]\]>$||' | sort | uniq -c | sed -E 's/^ *([0-9]+) (.*)$/\1 tests: \2/'
}

command -v strace >/dev/null || need_packages strace # a test of ONNX Runtime's telemetry skips without it
for project in tests/*.Tests/*.csproj; do
  name=$(basename "$project" .csproj)
  [ -x "artifacts/bin/$name/${configuration,,}/$name" ] && run_assembly "$name" "$name"
done

# --- the same bytes on every path: images without vector instructions ---------------------------------------------
for name in ServerlessInference.Imaging.Tests ServerlessInference.Vision.Tests ServerlessInference.Parity.Tests; do
  [ -x "artifacts/bin/$name/${configuration,,}/$name" ] || continue
  run_assembly $name "$name (no AVX-512)" DOTNET_EnableAVX512=0 DOTNET_EnableAVX512F=0 SERVERLESS_INFERENCE_FUZZ_MUTANTS=200
  run_assembly $name "$name (no AVX2)" DOTNET_EnableAVX2=0 SERVERLESS_INFERENCE_FUZZ_MUTANTS=200
  run_assembly $name "$name (no vector instructions)" DOTNET_EnableHWIntrinsic=0 SERVERLESS_INFERENCE_FUZZ_MUTANTS=50
done

# --- the same tokens with ICU as without: the runtime's own cultures and tables must not matter --------------------------------
if [ -n "$(ldconfig -p 2>/dev/null | grep libicuuc)" ]; then
  for name in ServerlessInference.Tokenizers.Tests ServerlessInference.Text.Tests ServerlessInference.Parity.Tests; do
    [ -x "artifacts/bin/$name/${configuration,,}/$name" ] || continue
    folder=artifacts/with-icu/$name
    rm -rf "$folder" && mkdir -p "$folder" && cp -r "artifacts/bin/$name/${configuration,,}/." "$folder"
    sed -i 's/"System.Globalization.Invariant": true/"System.Globalization.Invariant": false/' "$folder/$name.runtimeconfig.json"
    run_assembly $name "$name (with ICU, Turkish)" LANG=tr_TR.UTF-8 LC_ALL=tr_TR.UTF-8
  done
  unset folder
else
  echo "  skipped: the tests with ICU: libicu is not installed"
fi

# --- whole programs ---------------------------------------------------------------------------------------------------------
check() { # name, command…
  local name=$1; shift
  step "$name"
  if "$@" >"$results/$name.log" 2>&1; then
    passed=$((passed + 1)); tail -n 1 "$results/$name.log" | sed 's/^/  /'
  else
    local code=$?
    if [ $code -eq 77 ]; then
      skipped=$((skipped + 1)); tail -n 1 "$results/$name.log" | sed 's/^/  skipped: /'
    else
      failed=$((failed + 1)); tail -n 60 "$results/$name.log"
    fi
  fi
}
# The emulator keeps one processor busy for minutes, so it runs next to the other programs and is reported after them.
eng/arm64.sh >"$results/arm64.output" 2>&1 &
arm64=$!
finish_arm64() {
  local code=0
  wait "$arm64" || code=$?
  arm64=
  cat "$results/arm64.output"
  return $code
}
check supply-chain eng/checks/supply-chain.sh
check packages eng/checks/packages.sh artifacts/packages
for program in function split events s3; do check aot-$program eng/checks/aot.sh $program; done
check arm64 finish_arm64
step

echo
[ -d ../shared/reference ] || echo "skipped: the tests against the original Python pipelines (no ../shared/reference beside the repository)"
echo "$((SECONDS / 60)) minutes and $((SECONDS % 60)) seconds"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ] && [ $passed -gt 0 ]

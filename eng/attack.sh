#!/usr/bin/env bash
# attack.sh [MINUTES]: attacks the library for an hour, or for as long as said. The same tests run for minutes within eng/test.sh; here they
# repeat with more kills, mutants, swaps and invocations until the time is over. Ends with 1 at the first failure, whose log it prints.
#
#   archives      damaged tar and zip archives            addresses    169 spellings of forbidden addresses
#   decoders      damaged images and forms                poison       inputs that claim to be large, at 256, 512 and 1,769 MB
#   kills         processes killed while they load        transports   an S3 server behind a proxy that breaks connections
#   descriptors   loads from every place                  disk full    loads and results on small and read-only disks
#   overwrites    model files overwritten while in use    swaps        models replaced under load
#   soak          thousands of warm invocations
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source eng/common.sh
minutes=${1:-60}
[[ $minutes =~ ^[0-9]+$ ]] || { echo "usage: eng/attack.sh [MINUTES]"; exit 2; }
prepare_build
logs=$PWD/artifacts/attack
rm -rf "$logs" && mkdir -p "$logs"
for name in Core Lambda Imaging S3 Tool; do
  dotnet build "tests/ServerlessInference.$name.Tests" -c Release -nologo -v quiet || exit 1
done
trap 'stop_servers "$logs/servers"' EXIT
start_servers "$logs/servers"
end=$((SECONDS + minutes * 60))

attack() { # NAME, assembly, class, variable…
  local name=$1 program=artifacts/bin/ServerlessInference.$2.Tests/release/ServerlessInference.$2.Tests class=$3 started=$SECONDS; shift 3
  [ $SECONDS -lt $end ] || return 0
  if ! env "$@" "$program" -noLogo -noColor -class "*.$class" >"$logs/$name.log" 2>&1; then
    cat "$logs/$name.log"
    echo "$name failed ($class; $*)"
    exit 1
  fi
  printf '%-12s %-28s %s  %d s\n' "$name" "$class" "$(sed -n 's/.*Total: \([0-9]*\),.*Skipped: \([0-9]*\),.*/\1 tests, \2 skipped/p' "$logs/$name.log")" $((SECONDS - started))
}

for ((round = 1; SECONDS < end; round++)); do
  echo "== round $round, $(((end - SECONDS) / 60)) minutes left"
  attack archives Core TarHeaderGuardTests SERVERLESS_INFERENCE_FUZZ_MUTANTS=20000
  attack archives Core ExtractionTests
  attack addresses Lambda ForgedAddressTests
  attack poison Lambda PoisonInputTests
  attack poison Tool HostPoisonTests
  attack decoders Imaging JpegMutationTests SERVERLESS_INFERENCE_FUZZ_MUTANTS=40000
  attack decoders Imaging PngFuzzTests SERVERLESS_INFERENCE_FUZZ_MUTANTS=40000
  attack decoders Lambda MultipartFormTests SERVERLESS_INFERENCE_FUZZ_MUTANTS=40000
  attack kills Core KillTests SERVERLESS_INFERENCE_KILLS=450
  attack transports S3 FaultTests
  attack disk-full Core MemoryTests
  attack overwrites Core OverwrittenModelTests SERVERLESS_INFERENCE_ATTACK_ROUNDS=1000
  attack stores Core PlantedStoreTests
  attack swaps Core SwapUnderLoadTests
  attack swaps Core LifecycleStormTests
  attack soak Tool SoakTests SERVERLESS_INFERENCE_SOAK=20000
done
echo "$((round - 1)) rounds in $minutes minutes without a failure"

#!/usr/bin/env bash
# transfer.sh [MEGABYTES [ROUNDS [LINK_MBIT]]]: how fast a model arrives from the S3 server of the tests, next to curl and to plain reads by the SDK:
# on the loopback, and, as root on Linux, on a link that is limited to LINK_MBIT (600). Everything in turns, within one process; medians and ratios.
# Archives come from a plain HTTP server of the benchmark's own, since the S3 server's work for a range costs more than extracting it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source eng/common.sh
megabytes=${1:-200} rounds=${2:-5} link=${3:-600}
work=$PWD/artifacts/transfer
space=si-transfer-$$ near=si-a-$$ far=si-b-$$
processes=() started=
rm -rf "$work" && mkdir -p "$work"

tidy_up() {
  [ ${#processes[@]} -eq 0 ] || kill "${processes[@]}" 2>/dev/null || true
  ip netns del "$space" 2>/dev/null || true
  ip link del "$near" 2>/dev/null || true
  [ -z "$started" ] || stop_servers "$PWD/artifacts/servers"
  rm -rf "$work"
}
trap tidy_up EXIT

need_packages curl || exit 77
[ -n "${SERVERLESS_INFERENCE_S3_ENDPOINT:-}" ] || started=yes
start_servers "$PWD/artifacts/servers"
[ -n "${SERVERLESS_INFERENCE_S3_ENDPOINT:-}" ] || exit 77
dotnet build benchmarks/TransferBenchmark -c Release -nologo -v quiet
program=$PWD/artifacts/bin/TransferBenchmark/release/TransferBenchmark
bucket=transfer-$$-$RANDOM
"$program" prepare "$bucket" "$megabytes" "$work/served"
port=$((20000 + RANDOM % 20000))
"$program" serve 0.0.0.0 $port "$work/served" &
processes+=($!)
sleep 1
"$program" run "Loopback" "$bucket" "http://127.0.0.1:$port/model.tar.gz" "$work/loopback" "$rounds"

# --- a link of its own, from a network namespace to this one -----------------------------------------------------------------
if ! ip netns add "$space" 2>"$work/why"; then
  echo; echo "No limited link: $(cat "$work/why")"; exit 0
fi
ip link add "$near" type veth peer name "$far" netns "$space"
ip addr add 10.231.77.1/24 dev "$near" && ip link set "$near" up
ip -n "$space" addr add 10.231.77.2/24 dev "$far" && ip -n "$space" link set "$far" up && ip -n "$space" link set lo up
if ! tc qdisc add dev "$near" root tbf rate "${link}mbit" burst 256kb latency 50ms 2>"$work/why"; then
  echo; echo "No limited link: $(cat "$work/why")"; exit 0
fi
"$program" forward 10.231.77.1 $((port + 1)) "${SERVERLESS_INFERENCE_S3_ENDPOINT##*:}" &
processes+=($!)
sleep 1
SERVERLESS_INFERENCE_S3_ENDPOINT=http://10.231.77.1:$((port + 1)) ip netns exec "$space" "$program" run "Link of $link Mbit/s" \
  "$bucket" "http://10.231.77.1:$port/model.tar.gz" "$work/link" "$rounds"

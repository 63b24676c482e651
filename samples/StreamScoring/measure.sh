#!/usr/bin/env bash
# measure.sh [CALLS]: batches of 1, 10 and 100 records at 192 MB, 20 warm calls each unless CALLS says otherwise
#
#   kept        the model is loaded once and kept; results go nowhere
#   reloaded    the same program loads the model in every call; results go nowhere
#   sample      this sample: the model is kept, and every result is put into a bucket
#
# Says how much longer reloading takes, and fails where the sample needs more than its 192 MB. Binding the layer to /opt needs root.
set -euo pipefail
calls=${1:-20}
source "$(dirname "${BASH_SOURCE[0]}")/../local.sh" StreamScoring
build benchmarks/ReloadingFunction
reloading=$PWD/artifacts/bin/ReloadingFunction/release/ReloadingFunction

mkdir -p "$work/layer/text-scoring" && cp models/text-scoring/model.onnx "$work/layer/text-scoring/"
for batch in 1 10 100; do
  python3 - $batch >"$work/$batch.json" <<'PYTHON'
import base64, json, sys
texts = ["where is my parcel? it should have come on monday", "you charged me twice for order 4711", "the screen flickers and then stays dark",
         "thank you, everything came quickly and works"]
def record(number):
    text = f"<p>{texts[number % 4]}</p> https://example.com/orders/{number}"
    change = {"eventName": "INSERT", "dynamodb": {"NewImage": {"id": {"S": str(number)}, "text": {"S": text}}}}
    return {"eventSource": "aws:kinesis", "eventSourceARN": "arn:aws:kinesis:us-east-1:123456789012:stream/changes",
            "kinesis": {"sequenceNumber": str(number), "data": base64.b64encode(json.dumps(change).encode()).decode()}}
print(json.dumps({"Records": [record(number) for number in range(int(sys.argv[1]))]}))
PYTHON
done

measure() { # NAME BATCH COMMAND…: one start, one cold call, the warm ones
  local name=$1 batch=$2; shift 2
  "$tool" invoke --quiet --memory 192 --event "$work/$batch.json" --warm "$calls" --format json "${variables[@]}" --env "RESULTS_BUCKET=$bucket" -- \
    unshare --mount sh -c 'mount --bind "$0" /opt && exec "$@"' "$work/layer" "$@" >"$work/$name.$batch.answer"
}
step "192 MB, $calls warm calls each"
for batch in 1 10 100; do
  measure kept $batch "$reloading" keep
  measure reloaded $batch "$reloading" reload
  measure sample $batch "$program"
done

python3 - "$work" <<'PYTHON'
import json, sys
limit, most, failed = 192, 0, 0
print(f"{'BATCH':>5}  {'MODEL':9} {'MS A BATCH':>10} {'MS A RECORD':>11} {'TIMES KEPT':>10} {'COLD MS':>8} {'PEAK MB':>8}")
for batch in (1, 10, 100):
    for name in ("kept", "reloaded", "sample"):
        with open(f"{sys.argv[1]}/{name}.{batch}.answer") as file:
            one = json.load(file)
        if one["failed"]:
            sys.exit(f"{name}, batch of {batch}: {one['failed']} calls failed: {one.get('error', one.get('response'))}")
        ms = one["warm"]["mean"] # what is billed; the median hides the calls that used up the processor share
        if name == "kept":
            kept = ms
        if name == "sample":
            most = max(most, one["peakMemoryMB"])
        times = f"{ms / kept:.1f}" if name == "reloaded" else ""
        print(f"{batch:5}  {name:9} {ms:10.2f} {ms / batch:11.3f} {times:>10} {one['cold']['mean']:8.0f} {one['peakMemoryMB']:8.1f}")
print(f"processor share of 192 MB {'enforced' if one['cpuEmulated'] else 'not enforced'}; means of the warm calls")
print(f"the sample took at most {most:.1f} MB of {limit}: " + ("it fits" if most <= limit else "it does not fit"))
sys.exit(most > limit)
PYTHON

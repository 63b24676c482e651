#!/usr/bin/env bash
# Sends a batch of change records, with the model in a layer, and shows a result. Binding the layer to /opt needs root.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../local.sh" StreamScoring

mkdir -p "$work/layer/text-scoring" && cp models/text-scoring/model.onnx "$work/layer/text-scoring/"
record() { printf '{"eventName":"INSERT","dynamodb":{"NewImage":{"id":{"S":"%s"},"text":{"S":"%s"}}}}' "$1" "$2" | base64 -w 0; }
kinesis() { printf '{"eventSource":"aws:kinesis","eventSourceARN":"arn:aws:kinesis:us-east-1:123456789012:stream/changes","kinesis":{"sequenceNumber":"%s","data":"%s"}}' "$1" "$(record "$1" "$2")"; }
printf '{"Records":[%s,%s]}' "$(kinesis 1 "where is my parcel?")" "$(kinesis 2 "you charged me twice")" >"$work/event.json"
step "two records"
"$tool" invoke --quiet --memory 192 --event "$work/event.json" "${variables[@]}" --env "RESULTS_BUCKET=$bucket" -- \
  unshare --mount sh -c 'mount --bind "$0" /opt && exec "$1"' "$work/layer" "$program" | answers

step "the results"
for key in $(s3 GET "$bucket" | grep -o '<Key>[^<]*' | sed 's/<Key>//'); do get "$bucket/$key"; echo; done

#!/usr/bin/env bash
# measure.sh [IMAGES [CALLS]]: a queue's batch of 100 images (10,000 at most in a real queue) by reference, 10 warm calls, at the template's memory size.
#
# Prints images a second, and hands the measured duration to "serverless-inference cost": what a million images cost, and how many
# images a month it takes until a host at $208.80 a month is cheaper, if one could do any number and if it does what four environments do. S3 and DynamoDB are local servers that share this machine's processors.
set -euo pipefail
images=${1:-100} calls=${2:-10}
source "$(dirname "${BASH_SOURCE[0]}")/../local.sh" BulkTagging
needs SERVERLESS_INFERENCE_DYNAMODB_ENDPOINT "a DynamoDB server"
memory=$(sed -n 's/^ *MemorySize: //p' samples/BulkTagging/template.yaml)
table "$bucket"

photos=(models/shapes-resnet/samples/*)
for photo in "${photos[@]}"; do put "$bucket/photos/$(basename "$photo")" "$photo"; done
for ((i = 0; i < images; i++)); do
  printf '%s{"messageId":"%d","eventSource":"aws:sqs","eventSourceARN":"arn:aws:sqs:us-east-1:123456789012:images","body":"s3://%s/photos/%s"}' \
    "$([ $i -eq 0 ] || echo ,)" $i "$bucket" "$(basename "${photos[i % ${#photos[@]}]}")"
done >"$work/messages"
printf '{"Records":[%s]}' "$(cat "$work/messages")" >"$work/event.json"

step "$images images in a batch, $memory MB, $calls warm calls"
"$tool" invoke --quiet --memory "$memory" --event "$work/event.json" --warm "$calls" --format json "${variables[@]}" \
  --env "ServerlessInference__DynamoDB__Endpoint=$SERVERLESS_INFERENCE_DYNAMODB_ENDPOINT" --env "PHOTOS_BUCKET=$bucket" --env "TAGS_TABLE=$bucket" -- "$program" >"$work/timing.json"
grep -q '"response":{"batchItemFailures":\[\]}' "$work/timing.json" || { cat "$work/timing.json"; echo "images failed"; exit 1; }
mean=$(sed -n 's/.*"warm":{[^}]*"mean":\([0-9.]*\).*/\1/p' "$work/timing.json")
peak=$(sed -n 's/.*"peakMemoryMB":\([0-9.]*\).*/\1/p' "$work/timing.json")
awk -v images="$images" -v ms="$mean" -v peak="$peak" \
  'BEGIN { printf "%.1f ms a batch, %.2f ms an image, %.0f images a second for each environment, peak memory %.0f MB\n", ms, ms / images, 1000 * images / ms, peak }'

against() { # the columns of "cost" for what was measured, and further options
  "$tool" cost --invoke "$work/timing.json" --batch "$images" --requests 100M --host-price 208.80 --format table "$@"
}
step "against a host at \$208.80 a month that is always enough"
against
rate=$(awk -v images="$images" -v ms="$mean" 'BEGIN { printf "%.0f", 4 * 1000 * images / ms }')
step "against hosts at \$208.80 a month with four processors, each as fast as this environment's: $rate images a second"
against --host-rate "$rate"

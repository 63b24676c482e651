#!/usr/bin/env bash
# Splits the function, uploads what travels, puts an image into a bucket, sends the event, and shows the result.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../local.sh" ImageClassification

step "split: the model and the native libraries travel"
cp -r "$(dirname "$program")" "$work/publish"
"$tool" package split --root "$work/publish" --model shapes=models/shapes-resnet --all --out "$work/dist" --format table
for archive in "$work"/dist/archives/*; do put "$bucket/package/$(basename "$archive")" "$archive"; done

step "an image arrives"
put "$bucket/star.jpg" models/shapes-resnet/samples/star-256x256.jpg
s3 PUT "$bucket-results"
printf '{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","awsRegion":"%s","s3":{"bucket":{"name":"%s"},"object":{"key":"star.jpg"}}}]}' \
  "$AWS_REGION" "$bucket" >"$work/event.json"
"$tool" invoke --quiet --event "$work/event.json" "${variables[@]}" --env "PACKAGE_URI=s3://$bucket/package/" \
  --env "PHOTOS_BUCKET=$bucket" --env "RESULTS_BUCKET=$bucket-results" -- "$work/dist/function/ImageClassification" | answers

step "the result"
get "$bucket-results/star.jpg.json"; echo

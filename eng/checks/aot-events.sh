#!/usr/bin/env bash
# Publishes a function that answers events of S3 as a native program and runs it against the real servers of eng/servers/start.sh: an
# image becomes an object and an item, and a second delivery changes nothing. Exits with 77 where a server or the native compiler is absent.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[ -n "${SERVERLESS_INFERENCE_S3_ENDPOINT:-}" ] && [ -n "${SERVERLESS_INFERENCE_DYNAMODB_ENDPOINT:-}" ] || { echo "no S3 server, or no DynamoDB server"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

code=0
eng/publish-aot.sh eng/checks/aot-events/AotEvents.csproj "$work/program" >"$work/publish.log" 2>&1 || code=$?
cat "$work/publish.log"
[ $code -eq 0 ] || exit $code
if grep -E 'warning (IL|AOT)' "$work/publish.log"; then echo "the native compiler warns"; exit 1; fi

"$work/program/AotEvents" models/shapes-resnet models/shapes-resnet/samples/star-256x256.jpg | tee "$work/answers"
expect() { # count, text
  [ "$(grep -cF -- "$2" "$work/answers")" = "$1" ] || { echo "'$2' should be there $1 times"; exit 1; }
}
expect 2 '{"answered":1,"passedOver":0}'
expect 1 '"key":"in/image"'
expect 1 'item in/image star'
expect 1 'item '
echo "the native function answers an S3 event with an object and an item, once"

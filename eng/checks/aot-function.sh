#!/usr/bin/env bash
# Publishes the sample function as a native program, starts it under the local Runtime API, and asks it for a shape.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source eng/common.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

code=0
eng/publish-aot.sh samples/ShapesFunction "$work/function" >"$work/publish.log" 2>&1 || code=$?
cat "$work/publish.log"
[ $code -eq 0 ] || exit $code
if grep -E 'warning (IL|AOT)' "$work/publish.log"; then echo "the native compiler warns"; exit 1; fi

# A shape; nothing; a text; a PNG whose header states 60,000 x 60,000 pixels.
: >"$work/empty"
echo "this is no image" >"$work/text"
base64 -d >"$work/huge" <<<iVBORw0KGgoAAAANSUhEUgAA6mAAAOpgCAIAAAAPsOIVAAAAC0lEQVR4nGNggAEAAAoAAX+AdF4AAAAASUVORK5CYII=
events=()
for input in models/shapes-resnet/samples/star-256x256.jpg "$work/empty" "$work/text" "$work/huge"; do
  eng/http-event.sh "$input" >"$work/$(basename "$input").json"
  events+=(--event "$work/$(basename "$input").json")
done
artifacts/bin/ServerlessInference.Tool/release/serverless-inference invoke --quiet "${events[@]}" --cold 3 --warm 20 \
  -- "$work/function/ShapesFunction" | tee "$work/answers"
expect() { # line, text
  sed -n "$1p" "$work/answers" | grep -qF "$2" || { echo "answer $1 should hold $2"; exit 1; }
}
expect 1 '\"label\":\"star\"'
expect 2 '"statusCode":400'
expect 3 '"statusCode":415'
expect 4 '"statusCode":413'
echo "the native function answers a shape, and refuses what is none"

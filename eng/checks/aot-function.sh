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

eng/http-event.sh models/shapes-resnet/samples/star-256x256.jpg >"$work/event.json"
artifacts/bin/ServerlessInference.Tool/release/serverless-inference invoke --quiet --event "$work/event.json" --cold 3 --warm 20 \
  -- "$work/function/ShapesFunction" | tee "$work/answer.json"
grep -q '\\"label\\":\\"star\\"' "$work/answer.json" || { echo "star was expected"; exit 1; }
echo "the native function ($(tail -n 1 "$work/publish.log")) answers: star"

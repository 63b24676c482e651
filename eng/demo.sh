#!/usr/bin/env bash
# Builds the sample function and asks it, as AWS Lambda would: a cold request, a warm-up event, a warm request.
# Needs the .NET 10 SDK; sets up everything else itself.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source eng/common.sh

eng/bootstrap.sh
step "build the sample function and the tool"
dotnet build samples/ShapesFunction -c Release -nologo -v quiet
dotnet build src/ServerlessInference.Tool -c Release -nologo -v quiet

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
samples=models/shapes-resnet/samples
eng/http-event.sh $samples/star-256x256.jpg >"$work/cold: a star"
printf '%s\n' '{"version":"0","id":"demo","source":"aws.events","detail-type":"Scheduled Event","account":"123456789012","time":"2026-01-01T00:00:00Z","region":"us-east-1","resources":["arn:aws:events:us-east-1:123456789012:rule/keep-warm"],"detail":{}}' >"$work/warm-up event"
eng/http-event.sh $samples/ring-300x200.jpg >"$work/warm: a ring"

step "one process: a cold request, a warm-up event, a warm request"
tool=$PWD/artifacts/bin/ServerlessInference.Tool/release/serverless-inference
function=$PWD/artifacts/bin/ShapesFunction/release/ShapesFunction
(cd "$work" && "$tool" invoke --quiet --event "cold: a star" --event "warm-up event" --event "warm: a ring" -- "$function") >"$work/answers"

field() { sed -n "s/.*$1.*/\1/p" <<<"$2" | head -n 1; }
printf '\n%-16s %-34s %8s  %s\n' REQUEST ANSWER "TIME ms" ""
while IFS= read -r line; do
  name=$(field '"event":"\([^"]*\)"' "$line")
  label=$(grep -o '\\"label\\":\\"[a-z]*\\",\\"score\\":[0-9.]*' <<<"$line" | head -n 1 | sed 's/\\"label\\":\\"\([a-z]*\)\\",\\"score\\":\([0-9.]\{1,5\}\).*/\1, score \2/') || true
  [ -n "$label" ] || label=$(grep -o '"warmup":true' <<<"$line" | sed 's/.*/the model ran once on made-up input/') || true
  cold=$(field '"cold":{"n":1,"mean":\([0-9.]*\)' "$line")
  duration=$(field '"durationMs":\([0-9.]*\)' "$line")
  printf '%-16s %-34s %8.1f  %s\n' "$name" "${label:-no answer: $line}" "${cold:-$duration}" "${cold:+process start to answer; the init phase is $(field '"init":{"n":1,"mean":\([0-9]*\)' "$line") ms of it}"
done <"$work/answers"
grep -q '"error":' "$work/answers" && { echo "a request failed"; exit 1; }
printf '\npeak memory: %s MB\n' "$(sed -n 's/.*"peakMemoryMB":\([0-9.]*\).*/\1/p' "$work/answers" | sort -n | tail -n 1)"
cat <<TEXT

Try it yourself:
  artifacts/bin/ServerlessInference.Tool/release/serverless-inference serve --port 8080 -- artifacts/bin/ShapesFunction/release/ShapesFunction
  curl --data-binary @$samples/cross-96x160.png http://127.0.0.1:8080/
TEXT

#!/usr/bin/env bash
# Asks a question of a model of DistilBERT's size with random weights, taken from a tar.gz on S3 straight into memory, and says how
# much memory the function took and what is on its disk. Needs python3.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../local.sh" QuestionAnswering

step "a model of 66 million parameters, prepared and packed"
samples/QuestionAnswering/large-model.py "$work/model"
"$tool" optimize "$work/model/model.onnx" --out "$work/prepared" --format table
cp "$work"/model/*.json "$work/model/vocab.txt" "$work/prepared/"
tar -C "$work/prepared" -c . | gzip -1 >"$work/qa.tar.gz"
ls -l "$work/qa.tar.gz"
put "$bucket/models/qa.tar.gz" "$work/qa.tar.gz"
size=$(stat -c %s "$work"/prepared/*.ort)
rm -r "$work/model" "$work/prepared" "$work/qa.tar.gz"

step "a question"
printf '{"question":"who lives here?","context":"a person lives here. another one lives there."}' >"$work/question.json"
eng/http-event.sh "$work/question.json" /answer >"$work/event.json"
mkdir "$work/disk"   # the function's /tmp
"$tool" invoke --quiet --memory 2048 --event "$work/event.json" --warm 3 "${variables[@]}" --env "MODEL_URI=s3://$bucket/models/qa.tar.gz" \
  --env ALLOWED_ORIGIN=https://example.com --env "TMPDIR=$work/disk" -- "$program" >"$work/answer.json"
answers <"$work/answer.json"

step "memory and disk"
peak=$(sed -n 's/.*"peakMemoryMB":\([0-9.]*\).*/\1/p' "$work/answer.json")
awk -v peak="$peak" -v size="$size" 'BEGIN { printf "peak memory %.0f MiB, model %.0f MiB: %.2f times the model\n", peak, size / 1048576, peak / (size / 1048576) }'
echo "on the function's disk: $(find "$work/disk" -type f -printf '%s\n' | awk '{ bytes += $1 } END { print bytes + 0 }') bytes"
grep -q '"statusCode":200' "$work/answer.json"

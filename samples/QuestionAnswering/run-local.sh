#!/usr/bin/env bash
# Puts an archive with the model on S3 and asks a question, with the model in memory.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../local.sh" QuestionAnswering

tar -C models/paragraph-qa -czf "$work/qa.tar.gz" model.onnx config.json vocab.txt tokenizer_config.json
put "$bucket/models/qa.tar.gz" "$work/qa.tar.gz"
printf '{"question":"Who lives in Gladru?","context":"Tazas lives in Gladru. Fumwik is a photographer by trade."}' >"$work/question.json"
eng/http-event.sh "$work/question.json" /answer >"$work/event.json"
step "a question, once cold and 20 times warm"
"$tool" invoke --quiet --event "$work/event.json" --warm 20 "${variables[@]}" --env "MODEL_URI=s3://$bucket/models/qa.tar.gz" \
  --env ALLOWED_ORIGIN=https://example.com -- "$program" | answers

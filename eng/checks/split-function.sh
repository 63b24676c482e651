#!/usr/bin/env bash
# Publishes a function as a native program, splits it so that ONNX Runtime's library and the model travel, takes them away from beside the
# program, and asks it cold and warm. Archives come from the S3 server that SERVERLESS_INFERENCE_S3_ENDPOINT names, else from a folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source eng/common.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tool=artifacts/bin/ServerlessInference.Tool/release/serverless-inference

code=0
eng/publish-aot.sh tests/ServerlessInference.SplitFunction "$work/publish" >"$work/publish.log" 2>&1 || code=$?
cat "$work/publish.log"
[ $code -eq 0 ] || exit $code
if grep -E 'warning (IL|AOT)' "$work/publish.log"; then echo "the native compiler warns"; exit 1; fi

$tool package split --root "$work/publish" --model shapes=models/shapes-resnet --all --prune --out "$work/dist" --format table
settings=()
if [ -n "${SERVERLESS_INFERENCE_S3_ENDPOINT:-}" ] && command -v python3 >/dev/null; then
  bucket=split-$RANDOM$RANDOM objects=()
  for archive in "$work"/dist/archives/*; do objects+=("a/$(basename "$archive")" "$archive"); done
  python3 eng/servers/put-s3.py "$bucket" "${objects[@]}"
  settings+=(
    --env "ServerlessInference__SplitPackage__BaseUri=s3://$bucket/a/"
    --env "ServerlessInference__S3__Endpoint=$SERVERLESS_INFERENCE_S3_ENDPOINT" --env "ServerlessInference__S3__Region=$SERVERLESS_INFERENCE_S3_REGION"
    --env ServerlessInference__S3__ForcePathStyle=true
    --env "AWS_ACCESS_KEY_ID=$SERVERLESS_INFERENCE_S3_ACCESS_KEY" --env "AWS_SECRET_ACCESS_KEY=$SERVERLESS_INFERENCE_S3_SECRET_KEY")
  origin="S3"
else
  settings+=(--env "ServerlessInference__SplitPackage__BaseUri=$work/dist/archives")
  origin="a folder"
fi

rm -rf "$work/publish"
if find "$work/dist/function" -name 'libonnxruntime*' | grep .; then echo "ONNX Runtime's library stayed beside the program"; exit 1; fi
eng/http-event.sh models/shapes-resnet/samples/star-256x256.jpg >"$work/star.json"
$tool invoke --quiet --event "$work/star.json" --cold 2 --warm 5 "${settings[@]}" -- "$work/dist/function/ServerlessInference.SplitFunction" | tee "$work/answer"
grep -qF '\"label\":\"star\"' "$work/answer" || { echo "the answer should be a star"; exit 1; }
echo "the native function answers with ONNX Runtime's library from $origin only"

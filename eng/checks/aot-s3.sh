#!/usr/bin/env bash
# Publishes a program that takes a model from S3 as a native program, and lets it fetch an object, an archive into memory, and one again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source eng/common.sh
if [ -z "${SERVERLESS_INFERENCE_S3_ENDPOINT:-}" ]; then echo "SERVERLESS_INFERENCE_S3_ENDPOINT names no S3 server"; exit 77; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

code=0
eng/publish-aot.sh tests/ServerlessInference.StoreProcess "$work/program" >"$work/publish.log" 2>&1 || code=$?
cat "$work/publish.log"
[ $code -eq 0 ] || exit $code
if grep -E 'warning (IL|AOT)' "$work/publish.log"; then echo "the native compiler warns"; exit 1; fi

# A model, and an archive of it.
export AWS_ACCESS_KEY_ID=$SERVERLESS_INFERENCE_S3_ACCESS_KEY AWS_SECRET_ACCESS_KEY=$SERVERLESS_INFERENCE_S3_SECRET_KEY
bucket=aot-$$-$RANDOM
model=models/shapes-resnet/model.onnx
tar -C models/shapes-resnet -czf "$work/model.tar.gz" model.onnx
python3 eng/checks/s3_put.py "$bucket" "model.onnx=$model" "model.tar.gz=$work/model.tar.gz"
expected=$(sha256sum "$model" | cut -d ' ' -f 1)
for uri in "s3://$bucket/model.onnx" "s3://$bucket/model.onnx" "s3://$bucket/model.tar.gz" "s3://$bucket/model.tar.gz#memory=true"; do
  answer=$("$work/program/ServerlessInference.StoreProcess" "$uri" "$work/store")
  [ "$answer" = "$expected" ] || { echo "$uri gave '$answer'; $expected was expected"; exit 1; }
done
[ "$(ls "$work/store/models" | wc -l)" -eq 2 ] || { echo "the store holds $(ls "$work/store/models" | wc -l) models instead of 2"; exit 1; }
echo "the native program takes a model from S3: an object, an archive, into the store and into memory"

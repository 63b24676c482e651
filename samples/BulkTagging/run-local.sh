#!/usr/bin/env bash
# Sends a task of S3 Batch Operations and a message that names an object; the tags go to a table of a local DynamoDB server.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../local.sh" BulkTagging
needs SERVERLESS_INFERENCE_DYNAMODB_ENDPOINT "a DynamoDB server"

table "$bucket"

put "$bucket/ring.jpg" models/shapes-resnet/samples/ring-300x200.jpg
put "$bucket/star.jpg" models/shapes-resnet/samples/star-256x256.jpg
printf '{"invocationSchemaVersion":"2.0","invocationId":"1","job":{"id":"1"},"tasks":[{"taskId":"1","s3Bucket":"%s","s3Key":"ring.jpg","s3VersionId":null}]}' "$bucket" >"$work/task.json"
printf '{"Records":[{"messageId":"1","eventSource":"aws:sqs","eventSourceARN":"arn:aws:sqs:us-east-1:123456789012:images","body":"s3://%s/star.jpg"}]}' "$bucket" >"$work/message.json"
step "a task and a message"
"$tool" invoke --quiet --event "$work/task.json" --event "$work/message.json" "${variables[@]}" \
  --env "ServerlessInference__DynamoDB__Endpoint=$SERVERLESS_INFERENCE_DYNAMODB_ENDPOINT" --env "PHOTOS_BUCKET=$bucket" --env "TAGS_TABLE=$bucket" -- "$program" | answers

step "the tags"
dynamo Scan "{\"TableName\":\"$bucket\"}"; echo

#!/usr/bin/env bash
# local.sh NAME: builds a sample, starts local servers of S3 and DynamoDB, and shows the sample at work. NAME is a folder of samples/:
#
#   BulkTagging           a task of S3 Batch Operations and a message name objects; the tags go to a table
#   ImageClassification   the function is split and its archives are uploaded; an image is put into a bucket; its result appears in another
#   ObjectDetection       a warm-up and a scene, with and without a folder that replaces EFS; Parameter Store is a few lines of Python
#   QuestionAnswering     an archive on S3, loaded into memory, and a question
#   StreamScoring         a batch of change records, with the model in a layer; binding the layer to /opt needs root
#
# Needs the .NET 10 SDK, Python 3 and, for the servers, Debian 12 or 13 as root. Where SERVERLESS_INFERENCE_S3_ENDPOINT and
# …_DYNAMODB_ENDPOINT name running servers, those are used. The script stops its own servers and deletes its files when it ends.
# measure.sh sources this file for what it prepares.
set -euo pipefail
name=${1:-}
case $name in
  BulkTagging | ImageClassification | ObjectDetection | QuestionAnswering | StreamScoring) ;;
  *) echo "local.sh runs BulkTagging, ImageClassification, ObjectDetection, QuestionAnswering and StreamScoring, but not '$name'."; exit 2 ;;
esac
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source eng/common.sh
prepare_build
step "build samples/$name and the tool"
build() { # PROJECT
  local said
  restore "$1" || exit 1
  said=$(dotnet build "$1" -c Release --no-restore -nologo -v quiet 2>&1) || { echo "$said"; exit 1; }
}
build "samples/$name"
build src/ServerlessInference.Tool
tool=$PWD/artifacts/bin/ServerlessInference.Tool/release/serverless-inference
program=$PWD/artifacts/bin/$name/release/$name
work=$(mktemp -d)
trap 'stop_servers "$PWD/artifacts/servers"; rm -rf "$work"' EXIT
step "servers"
start_servers "$PWD/artifacts/servers"
needs() { [ -n "${!1:-}" ] || { echo "$name needs $2; the lines above say why there is none."; exit 1; }; } # VARIABLE WHAT
needs SERVERLESS_INFERENCE_S3_ENDPOINT "an S3 server"

export AWS_ACCESS_KEY_ID=$SERVERLESS_INFERENCE_S3_ACCESS_KEY AWS_SECRET_ACCESS_KEY=$SERVERLESS_INFERENCE_S3_SECRET_KEY
export AWS_REGION=$SERVERLESS_INFERENCE_S3_REGION
variables=(--env "ServerlessInference__S3__Endpoint=$SERVERLESS_INFERENCE_S3_ENDPOINT" --env "ServerlessInference__S3__ForcePathStyle=true")
bucket=sample-$$

s3() { eng/servers/aws.py s3 "$@"; }             # METHOD BUCKET[/KEY] [FILE]
put() { s3 PUT "$1" "$2"; }                      # BUCKET/KEY FILE
get() { s3 GET "$1"; }                           # BUCKET/KEY
dynamo() { eng/servers/aws.py dynamodb "$@"; }   # OPERATION JSON
table() { # NAME: a table for results, with the key that ToDynamoDb writes
  local key='"KeySchema":[{"AttributeName":"UUID","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"UUID","AttributeType":"S"}]'
  dynamo CreateTable "{\"TableName\":\"$1\",\"BillingMode\":\"PAY_PER_REQUEST\",$key}" >/dev/null
  until dynamo DescribeTable "{\"TableName\":\"$1\"}" | grep -q '"TableStatus": *"ACTIVE"'; do sleep 0.2; done
}
answers() { # reads what "invoke" wrote: prints a line for each event, and the function's answer below it
  python3 -c '
import json, os, sys
failed = False
for line in sys.stdin:
    one = json.loads(line)
    answer = one.get("response")
    body = answer.get("body", answer) if isinstance(answer, dict) else answer
    times = ["%s %.1f ms" % (name, one[name]["p50"]) for name in ("cold", "warm") if name in one]
    times += ["at most %.0f MB" % one["peakMemoryMB"]] if "peakMemoryMB" in one else []
    print(os.path.basename(one["event"]) + ":", ", ".join(times))
    print("  " + (body if isinstance(body, str) else json.dumps(body)))
    status = answer.get("statusCode", 200) if isinstance(answer, dict) else 200
    if "error" in one or status >= 400:
        failed = True
        print("  failed: %s" % ("%(type)s: %(message)s" % one["error"] if "error" in one else "the status is %s" % status))
sys.exit(failed)'
}
s3 PUT "$bucket"
[ "${BASH_SOURCE[0]}" = "$0" ] || return 0

case $name in
  BulkTagging)
    needs SERVERLESS_INFERENCE_DYNAMODB_ENDPOINT "a DynamoDB server"
    table "$bucket"
    put "$bucket/ring.jpg" models/shapes-resnet/samples/ring-300x200.jpg
    put "$bucket/star.jpg" models/shapes-resnet/samples/star-256x256.jpg
    printf '{"invocationSchemaVersion":"2.0","invocationId":"1","job":{"id":"1"},"tasks":[%s]}' \
      "{\"taskId\":\"1\",\"s3Bucket\":\"$bucket\",\"s3Key\":\"ring.jpg\",\"s3VersionId\":null}" >"$work/task.json"
    printf '{"Records":[{"messageId":"1","eventSource":"aws:sqs","eventSourceARN":"%s","body":"s3://%s/star.jpg"}]}' \
      arn:aws:sqs:us-east-1:123456789012:images "$bucket" >"$work/message.json"
    step "a task and a message"
    "$tool" invoke --quiet --event "$work/task.json" --event "$work/message.json" "${variables[@]}" \
      --env "ServerlessInference__DynamoDB__Endpoint=$SERVERLESS_INFERENCE_DYNAMODB_ENDPOINT" --env "PHOTOS_BUCKET=$bucket" \
      --env "TAGS_TABLE=$bucket" -- "$program" | answers

    step "the tags"
    dynamo Scan "{\"TableName\":\"$bucket\"}"; echo
    ;;
  ImageClassification)
    step "split: the model and the native libraries are moved into archives"
    mkdir "$work/shapes"
    cp models/shapes-resnet/{model.onnx,labels.txt,preprocessor_config.json} "$work/shapes/"
    cp -r "$(dirname "$program")" "$work/publish"
    "$tool" package split --root "$work/publish" --model "shapes=$work/shapes" --all --out "$work/dist" --format table
    for archive in "$work"/dist/archives/*; do put "$bucket/package/$(basename "$archive")" "$archive"; done

    step "an image arrives"
    put "$bucket/star.jpg" models/shapes-resnet/samples/star-256x256.jpg
    s3 PUT "$bucket-results"
    printf '{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","awsRegion":"%s","s3":%s}]}' \
      "$AWS_REGION" "{\"bucket\":{\"name\":\"$bucket\"},\"object\":{\"key\":\"star.jpg\"}}" >"$work/event.json"
    "$tool" invoke --quiet --event "$work/event.json" "${variables[@]}" --env "PACKAGE_URI=s3://$bucket/package/" \
      --env "PHOTOS_BUCKET=$bucket" --env "RESULTS_BUCKET=$bucket-results" -- "$work/dist/function/ImageClassification" | answers

    step "the result"
    get "$bucket-results/star.jpg.json"; echo
    ;;
  ObjectDetection)
    put "$bucket/models/detector/v1/model.onnx" models/shapes-detector/model.onnx
    mkdir -p "$work/mount/models/detector/v1" && cp models/shapes-detector/model.onnx "$work/mount/models/detector/v1/"
    python3 - "$bucket" "$work/port" <<'PYTHON' &
# Answers GetParameter as Parameter Store does, without looking at the signature.
import http.server, json, sys
class Parameters(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        name = json.loads(self.rfile.read(int(self.headers["content-length"])))["Name"]
        value = f"s3://{sys.argv[1]}/models/detector/v1/"
        body = json.dumps({"Parameter": {"Name": name, "Type": "String", "Value": value, "Version": 1}}).encode()
        self.send_response(200); self.send_header("content-length", str(len(body))); self.end_headers(); self.wfile.write(body)
    def log_message(self, *_): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Parameters)
open(sys.argv[2], "w").write(str(server.server_port))
server.serve_forever()
PYTHON
    parameters=$!
    trap 'kill $parameters; stop_servers "$PWD/artifacts/servers"; rm -rf "$work"' EXIT
    while [ ! -s "$work/port" ]; do sleep 0.1; done

    http_event models/shapes-detector/samples/scene-01.jpg >"$work/scene.json"
    printf '{"source":"aws.events","detail-type":"Scheduled Event","detail":{"bucket":"%s","path":"models/detector/v1/"}}' "$bucket" >"$work/warm-up.json"
    for mount in "$work/mount" /nowhere; do
      step "the model's mount is $mount"
      "$tool" invoke --quiet --event "$work/warm-up.json" --event "$work/scene.json" "${variables[@]}" \
        --env "AWS_ENDPOINT_URL_SSM=http://127.0.0.1:$(cat "$work/port")" --env MODEL_PARAMETER=/detector \
        --env "MODEL_LOCATIONS=s3://$bucket/models/" --env MODEL_CHECK_SECONDS=60 --env "MODELS_MOUNT=$mount" -- "$program" | answers
    done
    ;;
  QuestionAnswering)
    tar -C models/paragraph-qa -czf "$work/qa.tar.gz" model.onnx config.json vocab.txt tokenizer_config.json
    put "$bucket/models/qa.tar.gz" "$work/qa.tar.gz"
    printf '{"question":"Who lives in Gladru?","context":"Tazas lives in Gladru. Fumwik is a photographer by trade."}' >"$work/question.json"
    http_event "$work/question.json" /answer >"$work/event.json"
    step "a question, once cold and 20 times warm"
    "$tool" invoke --quiet --event "$work/event.json" --warm 20 "${variables[@]}" --env "MODEL_URI=s3://$bucket/models/qa.tar.gz" \
      --env ALLOWED_ORIGIN=https://example.com -- "$program" | answers
    ;;
  StreamScoring)
    mkdir -p "$work/layer/text-scoring" && cp models/text-scoring/model.onnx "$work/layer/text-scoring/"
    change() { printf '{"eventName":"INSERT","dynamodb":{"NewImage":{"id":{"S":"%s"},"text":{"S":"%s"}}}}' "$1" "$2" | base64 -w 0; }
    record() {
      printf '{"eventSource":"aws:kinesis","eventSourceARN":"%s","kinesis":{"sequenceNumber":"%s","data":"%s"}}' \
        arn:aws:kinesis:us-east-1:123456789012:stream/changes "$1" "$(change "$1" "$2")"
    }
    printf '{"Records":[%s,%s]}' "$(record 1 "where is my parcel?")" "$(record 2 "you charged me twice")" >"$work/event.json"
    step "two records"
    "$tool" invoke --quiet --memory 192 --event "$work/event.json" "${variables[@]}" --env "RESULTS_BUCKET=$bucket" --env TEXT_ATTRIBUTE=text -- \
      unshare --mount sh -c 'mount --bind "$0" /opt && exec "$1"' "$work/layer" "$program" | answers

    step "the results"
    for key in $(s3 GET "$bucket" | grep -o '<Key>[^<]*' | sed 's/<Key>//'); do get "$bucket/$key"; echo; done
    ;;
esac

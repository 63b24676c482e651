# Sourced by the samples' run-local.sh: builds a sample and the tool, starts the servers, and speaks to them.
#
#   source ../local.sh NAME      # afterwards: $tool, $program, $work, $bucket, put, get, dynamo, and the environment of the function in "${variables[@]}"
#
# Needs the .NET 10 SDK, Python 3 and, for the servers, Debian 12 as root. Where SERVERLESS_INFERENCE_S3_ENDPOINT and …_DYNAMODB_ENDPOINT name
# servers that run already, those are used. Servers and files of the script's own go when it ends.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source eng/common.sh
source eng/servers/start.sh

name=$1
prepare_build
step "build samples/$name and the tool"
build() { local said; said=$(dotnet build "$1" -c Release -nologo -v quiet 2>&1) || { echo "$said"; exit 1; }; } # PROJECT
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

export AWS_ACCESS_KEY_ID=$SERVERLESS_INFERENCE_S3_ACCESS_KEY AWS_SECRET_ACCESS_KEY=$SERVERLESS_INFERENCE_S3_SECRET_KEY AWS_REGION=$SERVERLESS_INFERENCE_S3_REGION
variables=(--env "ServerlessInference__S3__Endpoint=$SERVERLESS_INFERENCE_S3_ENDPOINT" --env "ServerlessInference__S3__ForcePathStyle=true")
bucket=sample-$$

s3() { samples/aws.py s3 "$@"; }                       # METHOD BUCKET[/KEY] [FILE]
put() { s3 PUT "$1" "$2"; }                            # BUCKET/KEY FILE
get() { s3 GET "$1"; }                                 # BUCKET/KEY
dynamo() { samples/aws.py dynamodb "$@"; }             # OPERATION JSON
table() { # NAME: a table for results, with the key that ToDynamoDb writes
  dynamo CreateTable "{\"TableName\":\"$1\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{\"AttributeName\":\"UUID\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":[{\"AttributeName\":\"UUID\",\"AttributeType\":\"S\"}]}" >/dev/null
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
    print(os.path.basename(one["event"]) + ":", ", ".join(times + ["at most %.0f MB" % one["peakMemoryMB"]]))
    print("  " + (body if isinstance(body, str) else json.dumps(body)))
    failed |= one["failed"] > 0
sys.exit(failed)'
}
s3 PUT "$bucket"

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
eng/bootstrap.sh
step "build samples/$name and the tool"
dotnet build "samples/$name" -c Release -nologo -v quiet -clp:NoSummary
dotnet build src/ServerlessInference.Tool -c Release -nologo -v quiet -clp:NoSummary
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
s3 PUT "$bucket"

# Sourced by the samples' run-local.sh: builds a sample and the tool, starts the servers, and speaks to S3 with curl.
#
#   source ../local.sh NAME      # afterwards: $tool, $program, $work, $bucket, put, get, and the environment of the function in "${variables[@]}"
#
# Needs what eng/test.sh needs. Everything goes when the script ends.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source eng/common.sh
source eng/servers/start.sh

name=$1
eng/bootstrap.sh
step "build samples/$name and the tool"
dotnet build "samples/$name" -c Release -nologo -v quiet
dotnet build src/ServerlessInference.Tool -c Release -nologo -v quiet
tool=$PWD/artifacts/bin/ServerlessInference.Tool/release/serverless-inference
program=$PWD/artifacts/bin/$name/release/$name
work=$(mktemp -d)
trap 'stop_servers "$PWD/artifacts/servers"; rm -rf "$work"' EXIT
step "servers"
start_servers "$PWD/artifacts/servers"
[ -n "${SERVERLESS_INFERENCE_S3_ENDPOINT:-}" ] || { echo "This sample needs an S3 server; the line above says why there is none."; exit 1; }

export AWS_ACCESS_KEY_ID=$SERVERLESS_INFERENCE_S3_ACCESS_KEY AWS_SECRET_ACCESS_KEY=$SERVERLESS_INFERENCE_S3_SECRET_KEY AWS_REGION=$SERVERLESS_INFERENCE_S3_REGION
variables=(--env "ServerlessInference__S3__Endpoint=$SERVERLESS_INFERENCE_S3_ENDPOINT" --env "ServerlessInference__S3__ForcePathStyle=true")
bucket=sample-$$

s3() { # METHOD PATH [curl's arguments…]
  local method=$1 path=$2; shift 2
  curl --silent --show-error --fail --request "$method" --aws-sigv4 "aws:amz:$AWS_REGION:s3" \
    --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" "$@" "$SERVERLESS_INFERENCE_S3_ENDPOINT/$path"
}
put() { s3 PUT "$1" --upload-file "$2" >/dev/null; }   # BUCKET/KEY FILE
get() { s3 GET "$1"; }                                 # BUCKET/KEY
s3 PUT "$bucket" >/dev/null

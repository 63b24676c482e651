# Sourced by the test command: starts every server that the tests can talk to, and says where each is in the environment.
#
#   source eng/servers/start.sh
#   start_servers FOLDER     # exports SERVERLESS_INFERENCE_S3_* and SERVERLESS_INFERENCE_DYNAMODB_ENDPOINT; prints a reason for every server that it cannot start
#   stop_servers FOLDER
#
# Tests skip with a reason where a variable is absent, so nothing here fails the run.
servers_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

start_servers() {
  local folder=$1 said
  if [ -n "${SERVERLESS_INFERENCE_S3_ENDPOINT:-}" ]; then
    echo "S3: the server of the environment, $SERVERLESS_INFERENCE_S3_ENDPOINT"
  elif said=$("$servers_here/s3-server" start "$folder/s3"); then
    value() { sed -n "s/^$1=//p" <<<"$said"; }
    SERVERLESS_INFERENCE_S3_ENDPOINT=$(value endpoint)
    SERVERLESS_INFERENCE_S3_ACCESS_KEY=$(value access_key)
    SERVERLESS_INFERENCE_S3_SECRET_KEY=$(value secret_key)
    SERVERLESS_INFERENCE_S3_REGION=$(value region)
    export SERVERLESS_INFERENCE_S3_ENDPOINT SERVERLESS_INFERENCE_S3_ACCESS_KEY SERVERLESS_INFERENCE_S3_SECRET_KEY SERVERLESS_INFERENCE_S3_REGION
    echo "S3: $SERVERLESS_INFERENCE_S3_ENDPOINT"
  else
    echo "S3: no server, its tests are skipped: $(tail -n 1 <<<"$said")"
  fi
  if [ -n "${SERVERLESS_INFERENCE_DYNAMODB_ENDPOINT:-}" ]; then
    echo "DynamoDB: the server of the environment, $SERVERLESS_INFERENCE_DYNAMODB_ENDPOINT"
  elif said=$("$servers_here/dynamodb-server" start "$folder/dynamodb"); then
    SERVERLESS_INFERENCE_DYNAMODB_ENDPOINT=$(sed -n 's/^endpoint=//p' <<<"$said")
    export SERVERLESS_INFERENCE_DYNAMODB_ENDPOINT
    echo "DynamoDB: $SERVERLESS_INFERENCE_DYNAMODB_ENDPOINT"
  else
    echo "DynamoDB: no server, its tests are skipped: $(tail -n 1 <<<"$said")"
  fi
}

stop_servers() {
  "$servers_here/s3-server" stop "$1/s3"
  "$servers_here/dynamodb-server" stop "$1/dynamodb"
}

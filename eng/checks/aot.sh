#!/usr/bin/env bash
# aot.sh events|function|s3|split: publishes a program natively, without a warning of the compiler, and runs it. Exits with 77 where a
# server or the native compiler is absent.
#
#   function   the shapes sample answers a shape, and refuses what is not one, under the local Runtime API
#   split      a function whose model and native libraries come from a split package answers without ONNX Runtime's library next to it;
#              the archives are on the S3 server where there is one, else in a folder
#   events     a function that answers an S3 event writes an object and an item; a second delivery changes nothing
#   s3         a program takes a model from S3: as an object, as an archive, into the store and into memory
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source eng/common.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tool=artifacts/bin/ServerlessInference.Tool/release/serverless-inference
star=models/shapes-resnet/samples/star-256x256.jpg

publish() { # PROJECT: into $work/program
  local code=0
  eng/publish-aot.sh "$1" "$work/program" >"$work/publish.log" 2>&1 || code=$?
  cat "$work/publish.log"
  [ $code -eq 0 ] || exit $code
  if grep -E 'warning (IL|AOT)' "$work/publish.log"; then echo "the native compiler warns"; exit 1; fi
}
needs() { [ -n "${!1:-}" ] || { echo "$1 names no server"; exit 77; }; } # VARIABLE
use_keys() { export AWS_ACCESS_KEY_ID=$SERVERLESS_INFERENCE_S3_ACCESS_KEY AWS_SECRET_ACCESS_KEY=$SERVERLESS_INFERENCE_S3_SECRET_KEY; }

case ${1:-} in
  function)
    publish samples/ShapesFunction
    # A shape; nothing; a text; a PNG whose header states 60,000 x 60,000 pixels.
    : >"$work/empty"
    echo "this is not an image" >"$work/text"
    base64 -d >"$work/huge" <<<iVBORw0KGgoAAAANSUhEUgAA6mAAAOpgCAIAAAAPsOIVAAAAC0lEQVR4nGNggAEAAAoAAX+AdF4AAAAASUVORK5CYII=
    events=()
    for input in "$star" "$work/empty" "$work/text" "$work/huge"; do
      http_event "$input" >"$work/$(basename "$input").json"
      events+=(--event "$work/$(basename "$input").json")
    done
    $tool invoke --quiet "${events[@]}" --cold 3 --warm 20 -- "$work/program/ShapesFunction" | tee "$work/answers"
    expect() { # LINE TEXT
      sed -n "$1p" "$work/answers" | grep -qF "$2" || { echo "answer $1 should hold $2"; exit 1; }
    }
    expect 1 '\"label\":\"star\"'
    expect 2 '"statusCode":400'
    expect 3 '"statusCode":415'
    expect 4 '"statusCode":413'
    eng/checks/telemetry.sh "$work/program/ShapesFunction"
    echo "the native function answers a shape, refuses what is not one, and starts without ONNX Runtime's telemetry"
    ;;

  split)
    publish tests/ServerlessInference.SplitFunction
    $tool package split --root "$work/program" --model shapes=models/shapes-resnet --all --prune --out "$work/dist" --format table
    rm -rf "$work/program"
    if find "$work/dist/function" -name 'libonnxruntime*' | grep .; then echo "ONNX Runtime's library is still next to the program"; exit 1; fi
    if [ -n "${SERVERLESS_INFERENCE_S3_ENDPOINT:-}" ]; then
      use_keys
      bucket=split-$RANDOM$RANDOM
      eng/servers/aws.py s3 PUT "$bucket"
      for archive in "$work"/dist/archives/*; do eng/servers/aws.py s3 PUT "$bucket/a/$(basename "$archive")" "$archive"; done
      origin="S3" settings=(
        --env "ServerlessInference__SplitPackage__BaseUri=s3://$bucket/a/" --env ServerlessInference__S3__ForcePathStyle=true
        --env "ServerlessInference__S3__Endpoint=$SERVERLESS_INFERENCE_S3_ENDPOINT"
        --env "ServerlessInference__S3__Region=$SERVERLESS_INFERENCE_S3_REGION"
        --env "AWS_ACCESS_KEY_ID=$AWS_ACCESS_KEY_ID" --env "AWS_SECRET_ACCESS_KEY=$AWS_SECRET_ACCESS_KEY")
    else
      origin="a folder" settings=(--env "ServerlessInference__SplitPackage__BaseUri=$work/dist/archives")
    fi
    http_event "$star" >"$work/star.json"
    $tool invoke --quiet --event "$work/star.json" --cold 2 --warm 5 "${settings[@]}" -- \
      "$work/dist/function/ServerlessInference.SplitFunction" | tee "$work/answer"
    grep -qF '\"label\":\"star\"' "$work/answer" || { echo "the answer should be a star"; exit 1; }
    echo "the native function answers with ONNX Runtime's library from $origin only"
    ;;

  events)
    needs SERVERLESS_INFERENCE_S3_ENDPOINT
    needs SERVERLESS_INFERENCE_DYNAMODB_ENDPOINT
    publish eng/checks/AotEvents/AotEvents.csproj
    "$work/program/AotEvents" models/shapes-resnet "$star" | tee "$work/answers"
    expect() { # COUNT TEXT
      [ "$(grep -cF -- "$2" "$work/answers")" = "$1" ] || { echo "'$2' should be there $1 times"; exit 1; }
    }
    expect 2 '{"answered":1,"skipped":0}'
    expect 1 '"key":"in/image"'
    expect 1 'item in/image star'
    expect 1 'item '
    echo "the native function answers an S3 event with an object and an item, once"
    ;;

  s3)
    needs SERVERLESS_INFERENCE_S3_ENDPOINT
    publish tests/ServerlessInference.StoreProcess
    use_keys
    bucket=aot-$$-$RANDOM
    model=models/shapes-resnet/model.onnx
    tar -C models/shapes-resnet -czf "$work/model.tar.gz" model.onnx
    eng/servers/aws.py s3 PUT "$bucket"
    eng/servers/aws.py s3 PUT "$bucket/model.onnx" "$model"
    eng/servers/aws.py s3 PUT "$bucket/model.tar.gz" "$work/model.tar.gz"
    expected=$(sha256sum "$model" | cut -d ' ' -f 1)
    for uri in "s3://$bucket/model.onnx" "s3://$bucket/model.onnx" "s3://$bucket/model.tar.gz" "s3://$bucket/model.tar.gz#memory=true"; do
      answer=$("$work/program/ServerlessInference.StoreProcess" "$uri" "$work/store")
      [ "$answer" = "$expected" ] || { echo "$uri gave '$answer'; $expected was expected"; exit 1; }
    done
    [ "$(ls "$work/store/models" | wc -l)" -eq 2 ] || { echo "the store holds $(ls "$work/store/models" | wc -l) models instead of 2"; exit 1; }
    echo "the native program takes a model from S3: an object, an archive, into the store and into memory"
    ;;

  *) echo "aot.sh runs events, function, s3 or split, but not '${1:-}'"; exit 2 ;;
esac

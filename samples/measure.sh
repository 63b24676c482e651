#!/usr/bin/env bash
# measure.sh NAME …: what a sample takes, next to local servers that share this machine's processors. Needs what local.sh needs.
#
#   BulkTagging [IMAGES [CALLS [MODEL]]]
#                                  a batch of 100 messages (10,000 at most in a real queue) that name images, 10 warm calls, with the memory
#                                  of the template, and with our own model or that of the folder MODEL: images per second.
#                                  "serverless-inference cost" then says what a million images cost with all fees, and from how many images
#                                  per month on hosts at $208.80 per month are cheaper; a host has all fees but those of S3 Batch Operations.
#   QuestionAnswering              a model of DistilBERT's size with random weights, from a tar.gz on S3 into memory: how much memory the
#                                  function took, and what is on its disk.
#   StreamScoring [ROUNDS]         batches of 1, 10 and 100 records at 192 MB: "kept" loads the model once and throws the results away,
#                                  "reloaded" loads it in every call, "sample" keeps it and puts each result into a bucket. Each of 20
#                                  rounds starts kept and reloaded once, with 5 warm calls; their ratio is the median of the rounds' own.
#                                  The loads per call are counted, since several loads in a call would compare something else.
#                                  Fails where the sample needs more than its 192 MB. Binding the layer to /opt needs root.
set -euo pipefail
case ${1:-} in
  BulkTagging | QuestionAnswering | StreamScoring) ;;
  *) echo "measure.sh measures BulkTagging, QuestionAnswering and StreamScoring, but not '${1:-}'."; exit 2 ;;
esac
source "$(dirname "${BASH_SOURCE[0]}")/local.sh" "$1"

case $name in
  BulkTagging)
    images=${2:-100} calls=${3:-10} model=${4:-}
    needs SERVERLESS_INFERENCE_DYNAMODB_ENDPOINT "a DynamoDB server"
    memory=$(sed -n '/^  MemorySize:/,/Default:/s/^ *Default: //p' samples/BulkTagging/template.yaml)
    table "$bucket"
    if [ -n "$model" ]; then # the program next to another model
      cp -r "$(dirname "$program")" "$work/program" && rm -r "$work/program/model" && mkdir "$work/program/model"
      for file in model.onnx labels.txt config.json preprocessor_config.json; do
        if [ -e "$model/$file" ]; then cp "$model/$file" "$work/program/model/"; fi
      done
      program=$work/program/$name
    fi

    photos=(models/shapes-resnet/samples/*)
    for photo in "${photos[@]}"; do put "$bucket/photos/$(basename "$photo")" "$photo"; done
    for ((i = 0; i < images; i++)); do
      printf '%s{"messageId":"%d","eventSource":"aws:sqs","eventSourceARN":"arn:aws:sqs:us-east-1:123456789012:images","body":"s3://%s/photos/%s"}' \
        "$([ $i -eq 0 ] || echo ,)" $i "$bucket" "$(basename "${photos[i % ${#photos[@]}]}")"
    done >"$work/messages"
    printf '{"Records":[%s]}' "$(cat "$work/messages")" >"$work/event.json"

    step "$images images in a batch, $memory MB, $calls warm calls"
    "$tool" invoke --quiet --memory "$memory" --event "$work/event.json" --warm "$calls" --format json "${variables[@]}" \
      --env "ServerlessInference__DynamoDB__Endpoint=$SERVERLESS_INFERENCE_DYNAMODB_ENDPOINT" --env "PHOTOS_BUCKET=$bucket" --env "TAGS_TABLE=$bucket" -- "$program" >"$work/timing.json"
    grep -q '"response":{"batchItemFailures":\[\]}' "$work/timing.json" || { cat "$work/timing.json"; echo "images failed"; exit 1; }
    mean=$(sed -n 's/.*"warm":{[^}]*"mean":\([0-9.]*\).*/\1/p' "$work/timing.json")
    peak=$(sed -n 's/.*"peakMemoryMB":\([0-9.]*\).*/\1/p' "$work/timing.json")
    awk -v images="$images" -v ms="$mean" -v peak="$peak" \
      'BEGIN { printf "%.1f ms a batch, %.2f ms an image, %.0f images a second for each environment, peak memory %.0f MB\n", ms, ms / images, 1000 * images / ms, peak }'

    against() { # the columns of "cost" for what was measured, and further options
      "$tool" cost --invoke "$work/timing.json" --batch "$images" --requests 100M --host-price 208.80 --fee s3-batch-object=1 --format table "$@"
    }
    step "what a million images cost, with the GET of each, its item, and the objects of a Batch job"
    "$tool" cost --invoke "$work/timing.json" --batch "$images" --requests 1M --format table \
      --fee s3-get=1 --fee dynamodb-write=1 --fee s3-batch-object=1 --fee-per-month s3-batch-job=1
    step "against a host at \$208.80 a month that is always enough"
    against
    rate=$(awk -v images="$images" -v ms="$mean" 'BEGIN { printf "%.0f", 4 * 1000 * images / ms }')
    step "against hosts at \$208.80 a month with four processors, each as fast as this environment's: $rate images a second"
    against --host-rate "$rate"
    ;;
  StreamScoring)
    rounds=${2:-20}
    build benchmarks/ReloadingFunction
    reloading=$PWD/artifacts/bin/ReloadingFunction/release/ReloadingFunction

    mkdir -p "$work/layer/text-scoring" && cp models/text-scoring/model.onnx "$work/layer/text-scoring/"
    for batch in 1 10 100; do
      python3 - $batch >"$work/$batch.json" <<'PYTHON'
import base64, json, sys
texts = ["where is my parcel? it should have come on monday", "you charged me twice for order 4711", "the screen flickers and then stays dark",
         "thank you, everything came quickly and works"]
def record(number):
    text = f"<p>{texts[number % 4]}</p> https://example.com/orders/{number}"
    change = {"eventName": "INSERT", "dynamodb": {"NewImage": {"id": {"S": str(number)}, "text": {"S": text}}}}
    return {"eventSource": "aws:kinesis", "eventSourceARN": "arn:aws:kinesis:us-east-1:123456789012:stream/changes",
            "kinesis": {"sequenceNumber": str(number), "data": base64.b64encode(json.dumps(change).encode()).decode()}}
print(json.dumps({"Records": [record(number) for number in range(int(sys.argv[1]))]}))
PYTHON
    done

    measure() { # NAME BATCH ROUND CALLS COMMAND…: one start, one cold call, the warm ones
      local name=$1 batch=$2 round=$3 calls=$4; shift 4
      "$tool" invoke --quiet --memory 192 --event "$work/$batch.json" --warm "$calls" --format json "${variables[@]}" --env "RESULTS_BUCKET=$bucket" \
        --env TEXT_ATTRIBUTE=text --env "LOADS=$work/$name.$batch.$round.loads" -- \
        unshare --mount sh -c 'mount --bind "$0" /opt && exec "$@"' "$work/layer" "$@" >"$work/$name.$batch.$round.answer"
    }
    step "192 MB, $rounds rounds of 5 warm calls each, 20 warm calls of the sample"
    for batch in 1 10 100; do
      for ((round = 0; round < rounds; round++)); do
        measure kept $batch $round 5 "$reloading" keep
        measure reloaded $batch $round 5 "$reloading" reload
      done
      measure sample $batch 0 20 "$program"
    done

    python3 - "$work" <<'PYTHON'
import glob, json, os, statistics, sys
limit, most = 192, 0

def read(path):
    with open(path) as file:
        one = json.load(file)
    if one["failed"]:
        sys.exit(f"{path}: {one['failed']} calls failed: {one.get('error', one.get('response'))}")
    return one

def loads(path, calls):
    """How often the model was loaded in each call, by the bytes that the reloading program has written; 0 where it is kept."""
    try:
        return os.path.getsize(path.removesuffix(".answer") + ".loads") / calls
    except FileNotFoundError:
        return 0

print(f"{'BATCH':>5}  {'MODEL':9} {'LOADS A CALL':>12} {'MS A BATCH':>10} {'MS A RECORD':>11} {'TIMES KEPT':>10} {'COLD MS':>8} {'PEAK MB':>8}")
for batch in (1, 10, 100):
    for name in ("kept", "reloaded", "sample"):
        answers = glob.glob(f"{sys.argv[1]}/{name}.{batch}.*.answer")
        rounds = [read(f"{sys.argv[1]}/{name}.{batch}.{round}.answer") for round in range(len(answers))]
        calls = 1 + rounds[0]["warm"]["n"]
        loaded = statistics.mean(loads(answer, calls) for answer in answers)
        means = [one["warm"]["mean"] for one in rounds] # what is billed; a median hides the calls that used up the processor share
        peak = max(one["peakMemoryMB"] for one in rounds)
        if name == "kept":
            kept = means
        if name == "sample":
            most = max(most, peak)
        times = f"{statistics.median(mine / theirs for mine, theirs in zip(means, kept)):.1f}" if name == "reloaded" else ""
        ms, cold = statistics.mean(means), statistics.mean(one["cold"]["mean"] for one in rounds)
        print(f"{batch:5}  {name:9} {loaded:12.2f} {ms:10.2f} {ms / batch:11.3f} {times:>10} {cold:8.0f} {peak:8.1f}")
emulated = "enforced" if rounds[0]["cpuEmulated"] else "not enforced"
print(f"processor share of 192 MB {emulated}; means of the warm calls, medians of the rounds' ratios")
print(f"the sample took at most {most:.1f} MB of {limit}: " + ("it fits" if most <= limit else "it does not fit"))
sys.exit(most > limit)
PYTHON
    ;;
  QuestionAnswering)
    step "a model of 66 million parameters, prepared and packed"
    samples/QuestionAnswering/large-model.py "$work/model"
    "$tool" optimize "$work/model/model.onnx" --out "$work/prepared" --format table
    cp "$work"/model/*.json "$work/model/vocab.txt" "$work/prepared/"
    tar -C "$work/prepared" -c . | gzip -1 >"$work/qa.tar.gz"
    ls -l "$work/qa.tar.gz"
    put "$bucket/models/qa.tar.gz" "$work/qa.tar.gz"
    size=$(stat -c %s "$work"/prepared/*.ort)
    rm -r "$work/model" "$work/prepared" "$work/qa.tar.gz"

    step "a question"
    printf '{"question":"who lives here?","context":"a person lives here. another one lives there."}' >"$work/question.json"
    http_event "$work/question.json" /answer >"$work/event.json"
    mkdir "$work/disk"   # the function's /tmp
    "$tool" invoke --quiet --memory 2048 --event "$work/event.json" --warm 3 "${variables[@]}" --env "MODEL_URI=s3://$bucket/models/qa.tar.gz" \
      --env ALLOWED_ORIGIN=https://example.com --env "TMPDIR=$work/disk" -- "$program" >"$work/answer.json"
    answers <"$work/answer.json"

    step "memory and disk"
    peak=$(sed -n 's/.*"peakMemoryMB":\([0-9.]*\).*/\1/p' "$work/answer.json")
    awk -v peak="$peak" -v size="$size" 'BEGIN { printf "peak memory %.0f MiB, model %.0f MiB: %.2f times the model\n", peak, size / 1048576, peak / (size / 1048576) }'
    echo "on the function's disk: $(find "$work/disk" -type f -printf '%s\n' | awk '{ bytes += $1 } END { print bytes + 0 }') bytes"
    grep -q '"statusCode":200' "$work/answer.json"
    ;;
esac

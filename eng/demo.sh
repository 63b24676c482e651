#!/usr/bin/env bash
# Builds a function with three models and asks each, as AWS Lambda would: a cold request in a process of its own, then warm ones.
# Writes demo-output/scene.png, the scene with what was found. Needs the .NET 10 SDK; sets up everything else itself.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source eng/common.sh

if [ -d artifacts/bin ]; then step "build"; else step "build: the first time takes about a minute on two cores, and longer where NuGet is slow"; fi
prepare_build
for project in samples/DemoFunction src/ServerlessInference.Tool; do
  echo "$project: packages"
  restore $project
  echo "$project: compiling"
  dotnet build $project -c Release --no-restore -nologo -v quiet
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tool=$PWD/artifacts/bin/ServerlessInference.Tool/release/serverless-inference
function=$PWD/artifacts/bin/DemoFunction/release/DemoFunction
shape=models/shapes-resnet/samples/star-256x256.jpg scene=models/shapes-detector/scene.jpg
question='Where does Mara Telk live?'
context='Mara Telk lives in Brenford. She works for Solvinex. Odo Pratchen comes from Kelwick.'

printf '{"question":"%s","context":"%s"}' "$question" "$context" >"$work/question.json"
http_event $shape /shape >"$work/shape"
http_event $scene /scene >"$work/scene"
http_event "$work/question.json" /question >"$work/question"

step "three requests, each cold and then 20 times warm"
for request in shape scene question; do
  (cd "$work" && "$tool" invoke --quiet --event $request --warm 20 -- "$function") >"$work/$request.answer"
  ! grep -q '"error":' "$work/$request.answer" || { cat "$work/$request.answer"; echo "the request '$request' failed"; exit 1; }
done

field() { sed -n "s/.*$2.*/\1/p" "$work/$1.answer" | head -n 1; } # a figure of an answer
said() { tr -d '\\' <"$work/$1.answer" | grep -o "$2"; }
row() { # request, what was asked, the answer
  [ -n "$3" ] || { cat "$work/$1.answer"; echo "the request '$1' was not answered"; exit 1; }
  printf '%-32s %-60s %8.1f %8.2f %8.0f\n' "$2" "$3" "$(field "$1" '"cold":{"n":1,"mean":\([0-9.]*\)')" \
    "$(field "$1" '"warm":{[^}]*"p50":\([0-9.]*\)')" "$(field "$1" '"peakMemoryMB":\([0-9.]*\)')"
}
printf '\n%-32s %-60s %8s %8s %8s\n' REQUEST ANSWER "COLD ms" "WARM ms" "PEAK MB"
row shape "what shape is $(basename $shape)?" "$(said shape '"label":"[a-z]*"' | cut -d'"' -f4)"
row scene "what is on $(basename $scene)?" "$(said scene '"label":"[a-z]*"' | cut -d'"' -f4 | sort | uniq -c | awk '{printf "%s%d %s", (NR > 1 ? ", " : ""), $1, $2}')"
row question "$question" "$(said question '"text":"[^"]*"' | cut -d'"' -f4)"
echo "cold: process start to answer; warm: the median of the others"

mkdir -p demo-output
"$tool" detect models/shapes-detector $scene --draw demo-output >/dev/null
printf '\nthe scene with its boxes: demo-output/scene.png\n'
cat <<TEXT

Try it yourself:
  artifacts/bin/ServerlessInference.Tool/release/serverless-inference serve --port 8080 -- artifacts/bin/DemoFunction/release/DemoFunction
  curl --data-binary @models/shapes-resnet/samples/cross-96x160.png http://127.0.0.1:8080/shape
  curl --data-binary @models/shapes-detector/samples/scene-00.png http://127.0.0.1:8080/scene
  curl -d '{"question":"Where does Odo Pratchen come from?","context":"$context"}' http://127.0.0.1:8080/question
TEXT

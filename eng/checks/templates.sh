#!/usr/bin/env bash
# templates.sh [PACKAGES]: makes a project of each template in an empty folder, which knows the libraries only as packages; puts a demo model in,
# builds it, and asks it once through the packed tool. Packs libraries, tool and templates itself where no folder with them is named.
# Leaves nothing installed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source eng/common.sh
repository=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

version=$(sed -n 's|.*<VersionPrefix>\(.*\)</VersionPrefix>.*|\1|p' Directory.Build.props)
mkdir "$work/built"
if [ $# -gt 0 ]; then
  cp "$1"/*.nupkg "$work/built"
else
  step "pack"
  for package in Core Vision Text S3 Lambda Tool Templates; do
    dotnet pack "src/ServerlessInference.$package" -c Release -nologo -v quiet -o "$work/built"
  done
fi
cat >"$work/nuget.config" <<XML
<?xml version="1.0" encoding="utf-8"?>
<configuration>
  <config><add key="globalPackagesFolder" value="packages" /></config>
  <packageSources>
    <add key="built" value="$work/built" />
    <add key="bootstrap" value="$repository/eng/local-feed" />
  </packageSources>
  <!-- What the repository has restored already is not unpacked again. -->
  <fallbackPackageFolders><add key="repository" value="$repository/.packages" /></fallbackPackageFolders>
</configuration>
XML

step "install"
cd "$work"
templates() { dotnet new "$@" --debug:custom-hive "$work/hive"; } # the user's own templates stay as they are
templates install "$work/built/ServerlessInference.Templates.$version.nupkg"
dotnet tool install ServerlessInference.Tool --version "$version" --tool-path "$work/tool" --configfile "$work/nuget.config" >/dev/null

try() { # template, project's name, model's folder, event, what the answer or the log must hold, option…
  local template=$1 name=$2 model=$3 event=$4 expected=$5; shift 5
  step "$template"
  templates "serverless-inference-$template" --name "$name" --output "$name" "$@" >/dev/null
  (
    cd "$name"
    mkdir model
    cp "$repository/models/$model"/model.onnx model/
    for file in labels.txt preprocessor_config.json config.json vocab.txt tokenizer_config.json; do
      [ ! -f "$repository/models/$model/$file" ] || cp "$repository/models/$model/$file" model/
    done
    if grep -rqE 'SERVERLESS_INFERENCE_VERSION|ONNX_RUNTIME_VERSION' .; then echo "the versions were not written into the template"; exit 1; fi
    dotnet build -nologo -v quiet -warnaserror
    "$work/tool/serverless-inference" invoke --event "events/$event" -- dotnet "bin/Debug/net10.0/$name.dll" >answer 2>log || { cat answer log; exit 1; }
    cat answer
    grep -q "Handler: $name\$" template.yaml || { echo "template.yaml does not name the program $name"; exit 1; }
    cat answer log | tr -d "\\\\" | grep "$expected" >/dev/null || { cat log; echo "'$expected' was expected"; exit 1; }
  )
}
published() { # project's name, event, what the answer must hold: publishes as its README says
  step "publish"
  (
    cd "$1"
    if ! dotnet publish -c Release -o publish -nologo -v quiet >publish.log 2>&1; then
      grep -qE 'NU1101|NU1102|NU1103|NETSDK1094' publish.log || { cat publish.log; exit 1; }
      echo "left out: no package source has the compiler that functions are published with"; exit 0
    fi
    plain=$(stat -c %s "bin/Debug/net10.0/ServerlessInference.Core.dll") compiled=$(stat -c %s publish/ServerlessInference.Core.dll)
    [ "$compiled" -gt "$plain" ] || { echo "what is published is not compiled ahead of time"; exit 1; }
    "$work/tool/serverless-inference" invoke --event "events/$2" -- dotnet "publish/$1.dll" >answer 2>log || { cat answer log; exit 1; }
    tr -d "\\\\" <answer | grep "$3" >/dev/null || { cat answer; echo "'$3' was expected of what is published"; exit 1; }
  )
}
try image Products shapes-resnet picture.json '"top":\[{"index":2,"label":"square"'
published Products picture.json '"top":\[{"index":2,"label":"square"'
try detect Find-Things shapes-detector scene.json '"detections":\[{"index":'
try qa Answers paragraph-qa question.json '"text":"Brenford"' --origin https://shop.example.org
grep -q '"https://shop.example.org"' Answers/Program.cs || { echo "--origin did not reach Program.cs"; exit 1; }
try stream Scores text-scoring records.json '{"label":"delivery"'
grep -q '"batchItemFailures":\[\]' Scores/answer || { echo "no failed record was expected"; exit 1; }

templates uninstall ServerlessInference.Templates >/dev/null
echo "four templates, each installed, built on the packed packages and asked once"

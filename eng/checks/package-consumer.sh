#!/usr/bin/env bash
# Packs the libraries and runs a project outside the repository that knows them only as packages.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source eng/common.sh
repository=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

rm -rf artifacts/packages
dotnet pack ServerlessInference.sln -c Release -nologo -v quiet
ls -l artifacts/packages

version=$(sed -n 's|.*<VersionPrefix>\(.*\)</VersionPrefix>.*|\1|p' Directory.Build.props)
cp -r tests/PackageConsumer/. "$work"
mkdir "$work/shapes" && cp models/shapes-resnet/{model.onnx,labels.txt,preprocessor_config.json} "$work/shapes/"
write_outside_config "$work" "$repository/artifacts/packages"
cd "$work"
dotnet build -c Release -nologo -v quiet "-p:ServerlessInferenceVersion=$version"
answer=$(dotnet bin/Release/net10.0/PackageConsumer.dll shapes "$repository/models/shapes-resnet/samples/star-256x256.jpg" | tail -n 1) # before it stand the function's logs
echo "$answer"
[ "$answer" = star ] || { echo "star was expected"; exit 1; }
echo "a project outside the repository, on the packed packages, answers: $answer"

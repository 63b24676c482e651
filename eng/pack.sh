#!/usr/bin/env bash
# pack.sh FOLDER [OPTION…]: builds all packages into a directory that NuGet takes as a package source; earlier ones in it are replaced. The
# libraries are in them as IL, and compiled ahead of time for Lambda's processors. Options go to "dotnet publish" and "dotnet pack": with
# -p:VersionPrefix=0.1.1, changed packages get a version that no package cache has yet.
set -euo pipefail
folder=$(realpath -m "${1:?a folder}")
shift
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source eng/common.sh
prepare_build

# The part of the solution that is packed; tests, samples and benchmarks need not be built for it.
mkdir -p artifacts "$folder"
projects=$(printf '"%s",' src/*/*.csproj)
printf '{"solution":{"path":"../ServerlessInference.slnx","projects":[%s]}}' "${projects%,}" >artifacts/packages.slnf
rm -f "$folder"/ServerlessInference.*.nupkg "$folder"/ServerlessInference.*.snupkg
for rid in linux-x64 linux-arm64; do
  dotnet publish eng/Precompile.csproj -c Release -r $rid -o artifacts/precompiled/$rid -nologo -v quiet "$@"
done
dotnet pack artifacts/packages.slnf -c Release -o "$folder" -p:PackPrecompiled=true -nologo -v quiet "$@"
ls -1 "$folder"/ServerlessInference.*.nupkg

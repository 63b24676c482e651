#!/usr/bin/env bash
# pack.sh FOLDER [OPTION…]: builds all packages into a directory that NuGet takes as a package source; earlier ones in it are replaced. Options go
# to "dotnet pack": with -p:VersionPrefix=0.1.1, changed packages get a version that no package cache has yet.
set -euo pipefail
folder=$(realpath -m "${1:?a folder}")
shift
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source eng/common.sh
prepare_build

# The part of the solution that is packed; tests, samples and benchmarks need not be built for it.
mkdir -p artifacts "$folder"
projects=$(printf '"%s",' src/*/*.csproj)
printf '{"solution":{"path":"../ServerlessInference.sln","projects":[%s]}}' "${projects%,}" >artifacts/packages.slnf
rm -f "$folder"/ServerlessInference.*.nupkg "$folder"/ServerlessInference.*.snupkg
dotnet pack artifacts/packages.slnf -c Release -o "$folder" -nologo -v quiet "$@"
ls -1 "$folder"/ServerlessInference.*.nupkg

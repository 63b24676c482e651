#!/usr/bin/env bash
# precompiled.sh FUNCTION OUT: a copy of a function that was published for the just-in-time compiler, with our libraries as their packages
# bring them: compiled ahead of time. Run by cold-start.sh and echo.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source eng/common.sh
function=${1:?a published function} out=${2:?a folder}
case $(uname -m) in aarch64) rid=linux-arm64 ;; *) rid=linux-x64 ;; esac
prepare_build
rm -rf "$out" && cp -r "$function" "$out"
for library in "$function"/ServerlessInference.*.dll; do
  name=$(basename "$library" .dll)
  dotnet pack "src/$name" -c Release -o artifacts/precompiled -nologo -v quiet
  cp "artifacts/obj/$name/release_$rid/R2R/$name.dll" "$out/"
done

#!/usr/bin/env bash
# precompiled.sh FUNCTION OUT: a copy of a function that was published for the just-in-time compiler, with our libraries as their packages
# bring them: compiled ahead of time. Exits with 77 where the package sources lack the compiler. Run by cold-start.sh and echo.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source eng/common.sh
function=${1:?a published function} out=${2:?a folder}
case $(uname -m) in aarch64) rid=linux-arm64 ;; *) rid=linux-x64 ;; esac
rm -rf "$out" && cp -r "$function" "$out"
for library in "$function"/ServerlessInference.*.dll; do
  name=$(basename "$library" .dll)
  dotnet pack "src/$name" -c Release -o artifacts/precompiled/packages -nologo -v quiet
  if [ ! -e "artifacts/precompiled/$rid/$name.dll" ]; then
    echo "left out: precompiled libraries (artifacts/precompiled/$rid.log)"
    rm -rf "$out"
    exit 77
  fi
  cp "artifacts/precompiled/$rid/$name.dll" "$out/"
done

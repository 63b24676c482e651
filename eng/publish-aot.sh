#!/usr/bin/env bash
# publish-aot.sh PROJECT OUT [OPTION…]: publishes a project as a native program. Exits with 77 where the package sources lack the native
# compiler, or the machine a linker. Intermediate files stay outside the projects' own folders.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source eng/common.sh
project=${1:?a project} out=${2:?a folder}
shift 2
prepare_build
need_linker || exit 77

case $(uname -m) in x86_64) rid=linux-x64 ;; aarch64) rid=linux-arm64 ;; *) echo "no native compiler for $(uname -m)"; exit 77 ;; esac
native=(-r $rid -p:PublishAot=true --artifacts-path "$PWD/artifacts/aot")
if ! said=$(restore "$project" "${native[@]}"); then
  echo "$said"
  if grep -qE 'NU110[123]' <<<"$said"; then echo "the package sources lack the native compiler"; exit 77; fi
  exit 1
fi
dotnet publish "$project" -c Release --no-restore "${native[@]}" -nologo -v quiet -o "$out" "$@"

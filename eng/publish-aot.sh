#!/usr/bin/env bash
# publish-aot.sh PROJECT OUT: publishes a project as a native program, for net10.0, or for net9.0 where the feed lacks the packs
# for net10.0. Exits with 77 where it lacks both. Intermediate files stay outside the projects' own folders.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source eng/common.sh
project=${1:?a project} out=${2:?a folder}
shift 2
eng/bootstrap.sh
if ! command -v clang >/dev/null && ! command -v gcc >/dev/null || [ ! -e /usr/include/zlib.h ]; then
  need_packages clang zlib1g-dev || exit 77
fi

case $(uname -m) in x86_64) rid=linux-x64 ;; aarch64) rid=linux-arm64 ;; *) echo "no native compiler for $(uname -m)"; exit 77 ;; esac
for framework in net10.0 net9.0; do
  artifacts=$PWD/artifacts/aot-$framework
  common=("-p:LibraryTargetFramework=$framework" -p:PublishAot=true --artifacts-path "$artifacts" -nologo -v quiet)
  if ! dotnet restore "$project" -r $rid "-p:LibraryTargetFramework=$framework" -p:PublishAot=true --artifacts-path "$artifacts" -nologo -v quiet >"$artifacts.log" 2>&1; then
    if grep -qE 'NU1101|NU1102|NU1103' "$artifacts.log"; then continue; fi
    cat "$artifacts.log"; exit 1
  fi
  dotnet publish "$project" -c Release -r $rid --no-restore "${common[@]}" -o "$out" "$@"
  echo "$framework"
  exit 0
done
echo "the package sources have the native compiler's packs for neither net10.0 nor net9.0"
exit 77

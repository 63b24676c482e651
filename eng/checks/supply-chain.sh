#!/usr/bin/env bash
# supply-chain.sh [--update]: checks what the packages are made of.
#   1. A locked restore: every package that the libraries and the tool depend on has the content that eng/locks records. --update writes the
#      records anew, after a deliberate change of Directory.Packages.props.
#   2. The audit: known vulnerabilities fail the restore. Where the package source has no vulnerability data, that is said once.
#   3. A reproducible build: the commit, built in two directories, gives the same assemblies, byte by byte.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source eng/common.sh
prepare_build
work=$PWD/artifacts/supply-chain
rm -rf "$work" && mkdir -p "$work"

echo "== locked restore and audit"
# The SDK adds its own linker and analyzers to projects that may be trimmed, in its own version, so they are not part of the records.
options=(-p:UseLockFiles=true -p:ShowAudit=true -p:IsAotCompatible=false -p:ArtifactsPath="$work/restore" -nologo -v minimal)
if [ "${1:-}" = --update ]; then options+=(--force-evaluate); else options+=(--locked-mode); fi
projects=()
for project in src/*/*.csproj; do
  case $project in *.Templates.csproj) continue ;; esac # contains no code of ours that is compiled
  name=$(basename "$project" .csproj)
  if [ "$name" = ServerlessInference.AmazonLambda ] && [ "$FeedHasAmazonLambda" = false ]; then
    continue # said by prepare_build
  fi
  if [ "${1:-}" != --update ] && [ ! -f "eng/locks/$name/packages.lock.json" ]; then
    echo "$name has no record in eng/locks. Run eng/checks/supply-chain.sh --update where the package source has all its packages."
    continue
  fi
  projects+=("$project")
done
for project in "${projects[@]}"; do
  if ! dotnet restore "$project" "${options[@]}" >"$work/restore.log" 2>&1; then
    cat "$work/restore.log"
    echo "$project does not restore to the packages that eng/locks records."
    exit 1
  fi
  cat "$work/restore.log" >>"$work/audit.log"
done
grep -o 'NU190[0-9]: [^[]*' "$work/audit.log" | sort -u || echo "the audit has nothing to say"
echo "${#projects[@]} projects have the recorded packages"
[ "${1:-}" != --update ] || exit 0

echo "== reproducible build"
git rev-parse --git-dir >/dev/null 2>&1 || { echo "This is not a git repository, so the commit cannot be built twice."; exit 77; }
for copy in first second/elsewhere; do
  # Clones rather than copies: the compiler maps the root of a repository to one name, whatever its path is.
  git clone -q --depth 1 "file://$PWD" "$work/$copy"
  for name in Lambda Vision Text; do
    dotnet build "$work/$copy/src/ServerlessInference.$name" -c Release -nologo -v quiet -p:ContinuousIntegrationBuild=true \
      -p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false -p:ArtifactsPath="$work/$copy/artifacts" -p:FeedHasAmazonLambda=false
  done
  (cd "$work/$copy/artifacts/bin" && find . -path '*/release/ServerlessInference.*.dll' -exec sha256sum {} + | sort -k 2) >"$work/${copy%%/*}.sha256"
done
if ! diff "$work/first.sha256" "$work/second.sha256"; then
  echo "Two builds of the same commit differ."
  exit 1
fi
echo "$(wc -l <"$work/first.sha256") assemblies of two builds are equal"
rm -rf "$work/first" "$work/second"

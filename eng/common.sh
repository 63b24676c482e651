# Sourced by the scripts of this repository, which run in its root.
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1

step() { printf '\n== %s\n' "$*"; }

# What every script calls before it builds. Ends the script where the .NET SDK is missing, and asks the package sources once whether they
# have Amazon.Lambda.*, which not all of them do. MSBuild reads the answer, FeedHasAmazonLambda, from the environment.
prepare_build() {
  if ! dotnet --version >/dev/null 2>&1; then
    echo "This needs the .NET 10 SDK, with dotnet on the PATH: https://dotnet.microsoft.com/download/dotnet/10.0" >&2
    exit 1
  fi
  [ -z "${FeedHasAmazonLambda:-}" ] || return 0
  local package version extra=${SERVERLESS_INFERENCE_EXTRA_FEED:-}
  [ -z "$extra" ] || [ -d "$extra" ] || { echo "SERVERLESS_INFERENCE_EXTRA_FEED is '$extra', which is not a directory." >&2; exit 1; }
  export FeedHasAmazonLambda=true
  for package in Amazon.Lambda.Core Amazon.Lambda.RuntimeSupport Amazon.Lambda.Serialization.SystemTextJson; do
    version=$(sed -n "s|.*Include=\"$package\" Version=\"\([^\"]*\)\".*|\1|p" Directory.Packages.props)
    [ -z "$extra" ] || [ -z "$(find "$extra" -maxdepth 1 -iname "$package.$version.nupkg")" ] || continue
    timeout 60 dotnet package search "$package" --exact-match --format json 2>/dev/null | grep -q "\"version\": \"$version\"" && continue
    echo "ServerlessInference.AmazonLambda is left out: no package source has $package $version" >&2
    FeedHasAmazonLambda=false
    break
  done
}

# Restores a project or solution. Where the package sources do not answer, it says so in place of a line of NuGet's for each project.
restore() { # PROJECT OPTION…
  local said
  said=$(dotnet restore "$@" -nologo -v quiet 2>&1) && return
  if grep -q NU1301 <<<"$said"; then
    printf 'The NuGet package sources cannot be reached ("dotnet nuget list source" shows them): check the network and the proxy.\n%s\n' \
      "$(grep -m 1 -o 'NU1301: .*' <<<"$said" | sed 's/ \[.*//')"
  else
    echo "$said"
  fi
  return 1
}

# Installs Debian packages that are missing. Says what to do where that cannot be done.
need_packages() {
  local missing=()
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "These Debian packages are missing: ${missing[*]}. Install them (apt-get install ${missing[*]}) and run this again."
    return 1
  fi
  echo "installing ${missing[*]}"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null
}

# Writes the nuget.config of a project outside the repository, which knows the libraries only as packages. They are unpacked beside the
# project, since their version does not change with their content; what the user's own cache has is not unpacked again.
write_outside_config() { # folder of the project, folder of the packages
  local cache
  cache=$(dotnet nuget locals global-packages --list)
  cat >"$1/nuget.config" <<XML
<?xml version="1.0" encoding="utf-8"?>
<configuration>
  <config><add key="globalPackagesFolder" value="packages" /></config>
  <packageSources><add key="built" value="$2" /></packageSources>
  <fallbackPackageFolders><add key="cache" value="${cache#*: }" /></fallbackPackageFolders>
</configuration>
XML
}

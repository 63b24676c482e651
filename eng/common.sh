# Sourced by the scripts of this repository, which run in its root.
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1

step() { printf '\n== %s\n' "$*"; }

# What every script calls before it builds. Ends the script where the .NET SDK is missing, and asks the package sources once whether they
# have Amazon.Lambda.*, which not all of them do. MSBuild reads the answer, FeedHasAmazonLambda, from the environment.
prepare_build() {
  local said
  [ "$(uname -s)" = Linux ] || { echo "The scripts need Linux with bash and GNU's tools: WSL or a container will do." >&2; exit 1; }
  if ! said=$(dotnet --version 2>&1); then
    echo "This needs the .NET 10 SDK, with dotnet on the PATH: https://dotnet.microsoft.com/download/dotnet/10.0" >&2
    ! command -v dotnet >/dev/null || echo "$said" >&2
    exit 1
  fi
  [ -z "${FeedHasAmazonLambda:-}" ] || return 0
  local package version extra=${SERVERLESS_INFERENCE_EXTRA_FEED:-}
  [ -z "$extra" ] || [ -d "$extra" ] || { echo "SERVERLESS_INFERENCE_EXTRA_FEED is '$extra', which is not a directory." >&2; exit 1; }
  export FeedHasAmazonLambda=true
  for package in Amazon.Lambda.Core Amazon.Lambda.RuntimeSupport Amazon.Lambda.Serialization.SystemTextJson; do
    version=$(sed -n "s|.*Include=\"$package\" Version=\"\([^\"]*\)\".*|\1|p" Directory.Packages.props)
    [ -z "$extra" ] || [ -z "$(find "$extra" -maxdepth 1 -iname "$package.$version.nupkg")" ] || continue
    said=$(timeout 60 dotnet package search "$package" --exact-match --format json 2>/dev/null) || true
    [[ $said != *"\"version\": \"$version\""* ]] || continue
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

need_linker() { # for native programs
  { command -v clang || command -v gcc; } >/dev/null && [ -e /usr/include/zlib.h ] || need_packages clang zlib1g-dev
}

# Prints the event that API Gateway (payload format 2.0) sends for a POST of a file.
http_event() { # FILE [PATH]
  local path=${2:-/}
  local request='"method":"POST","path":"'$path'","protocol":"HTTP/1.1","sourceIp":"127.0.0.1","userAgent":"eng"'
  printf '{"version":"2.0","routeKey":"$default","rawPath":"%s","rawQueryString":"","headers":{"content-type":"application/octet-stream"},' "$path"
  printf '"requestContext":{"http":{%s},"requestId":"local","stage":"$default"},"isBase64Encoded":true,"body":"' "$request"
  base64 -w 0 "$1"
  printf '"}\n'
}

# Starts every server that the tests can talk to, and says in the environment where each is: SERVERLESS_INFERENCE_S3_* and
# SERVERLESS_INFERENCE_DYNAMODB_ENDPOINT. Prints a reason for every server that it cannot start; tests skip with a reason where a variable
# is absent, so nothing here fails the run.
start_servers() { # FOLDER
  local said variable
  if [ -n "${SERVERLESS_INFERENCE_S3_ENDPOINT:-}" ]; then
    echo "S3: the server of the environment, $SERVERLESS_INFERENCE_S3_ENDPOINT"
  elif said=$(eng/servers/s3-server start "$1/s3"); then
    for variable in endpoint access_key secret_key region; do
      export "SERVERLESS_INFERENCE_S3_${variable^^}=$(sed -n "s/^$variable=//p" <<<"$said")"
    done
    echo "S3: $SERVERLESS_INFERENCE_S3_ENDPOINT"
  else
    echo "S3: no server, its tests are skipped: $(tail -n 1 <<<"$said")"
  fi
  if [ -n "${SERVERLESS_INFERENCE_DYNAMODB_ENDPOINT:-}" ]; then
    echo "DynamoDB: the server of the environment, $SERVERLESS_INFERENCE_DYNAMODB_ENDPOINT"
  elif said=$(eng/servers/dynamodb-server start "$1/dynamodb"); then
    export SERVERLESS_INFERENCE_DYNAMODB_ENDPOINT=$(sed -n 's/^endpoint=//p' <<<"$said")
    echo "DynamoDB: $SERVERLESS_INFERENCE_DYNAMODB_ENDPOINT"
  else
    echo "DynamoDB: no server, its tests are skipped: $(tail -n 1 <<<"$said")"
  fi
}

stop_servers() { # FOLDER
  eng/servers/s3-server stop "$1/s3"
  eng/servers/dynamodb-server stop "$1/dynamodb"
}

# Sourced by the scripts of eng/.
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1

step() { printf '\n== %s\n' "$*"; }

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

# Writes the nuget.config of a project outside the repository, which knows the libraries only as packages.
# What the repository has restored already is not unpacked again.
write_outside_config() { # folder of the project, folder of the packages
  cat >"$1/nuget.config" <<XML
<?xml version="1.0" encoding="utf-8"?>
<configuration>
  <config><add key="globalPackagesFolder" value="packages" /></config>
  <packageSources>
    <add key="built" value="$2" />
    <add key="bootstrap" value="$PWD/eng/local-feed" />
  </packageSources>
  <fallbackPackageFolders><add key="repository" value="$PWD/.packages" /></fallbackPackageFolders>
</configuration>
XML
}

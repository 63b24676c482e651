#!/usr/bin/env bash
# Makes a NuGet feed that lacks ONNX Runtime do; changes nothing where the feed has everything.
#
# Packs Microsoft.ML.OnnxRuntime(.Managed) into eng/local-feed from the npm package named below, which ships Microsoft's
# managed C# sources and the native Linux library (MIT), and notes in eng/local-feed/feed.props which of the adapters'
# packages (SixLabors.ImageSharp, Amazon.Lambda.*) the feeds have. Nothing of it is committed, and nothing of it reaches
# the user's package cache: nuget.config restores into .packages/ of this repository.
#
# SERVERLESS_INFERENCE_EXTRA_FEED=<folder of .nupkg files> is one more source.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

npm_package=com.github.asus4.onnxruntime@0.4.9 # = ONNX Runtime 1.29.0
tensors_version=9.0.19
version() { sed -n "s|.*<PackageVersion Include=\"$1\" Version=\"\([^\"]*\)\".*|\1|p" Directory.Packages.props; }
ort_version=$(sed -n 's|.*<OnnxRuntimeVersion>\(.*\)</OnnxRuntimeVersion>.*|\1|p' Directory.Packages.props)
imagesharp_version=$(version SixLabors.ImageSharp)
lambda_core_version=$(version Amazon.Lambda.Core)
lambda_support_version=$(version Amazon.Lambda.RuntimeSupport)
extra=${SERVERLESS_INFERENCE_EXTRA_FEED:-}

feed=eng/local-feed
stamp=$feed/.stamp
say() { printf 'bootstrap: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

command -v dotnet >/dev/null || die "the .NET SDK is missing: install .NET 10 and put dotnet on PATH."
[ -z "$extra" ] || [ -d "$extra" ] || die "SERVERLESS_INFERENCE_EXTRA_FEED is '$extra', which is no folder."

key=$({ cat "${BASH_SOURCE[0]}" Directory.Packages.props; [ -z "$extra" ] || { echo "$extra"; ls "$extra"; }; } | sha256sum | cut -d' ' -f1)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$key" ]; then exit 0; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Asks the feeds for one package version. Prints yes, no, or unreachable.
look_up() { # id, version
  if [ -n "$extra" ] && find "$extra" -maxdepth 1 -iname "$1.$2.nupkg" | grep -q .; then echo yes; return; fi
  local answer
  if ! answer=$(timeout 60 dotnet package search "$1" --exact-match --format json 2>/dev/null); then echo unreachable; return; fi
  if grep -qi "\"version\": \"$2\"" <<<"$answer"; then echo yes
  elif grep -q '"problemType": "Error"' <<<"$answer"; then echo unreachable
  else echo no; fi
}

rm -f "$feed"/*.nupkg "$feed"/feed.props "$stamp" # what an earlier version packed must not answer the look-ups
say "asking the package sources"
look_up Microsoft.ML.OnnxRuntime "$ort_version" >"$work/ort" &
look_up SixLabors.ImageSharp "$imagesharp_version" >"$work/imagesharp" &
look_up Amazon.Lambda.Core "$lambda_core_version" >"$work/lambda-core" &
look_up Amazon.Lambda.RuntimeSupport "$lambda_support_version" >"$work/lambda-support" &
wait
has() { [ "$(cat "$work/$1")" = yes ] && echo true || echo false; }
has_imagesharp=$(has imagesharp)
has_lambda=$([ "$(has lambda-core)" = true ] && has lambda-support || echo false)

if [ "$(cat "$work/ort")" != yes ]; then
  command -v npm >/dev/null || die "no package source has Microsoft.ML.OnnxRuntime $ort_version ($(cat "$work/ort")), and npm, its substitute, is not installed.
Add a NuGet source that has it (dotnet nuget add source URL), or install Node.js with npm."
  say "no package source has Microsoft.ML.OnnxRuntime $ort_version; packing it from npm's $npm_package"
  if ! (cd "$work" && timeout 60 npm pack --loglevel error --fetch-retries 1 --fetch-retry-mintimeout 1000 "$npm_package" >npm.out 2>npm.err); then
    die "neither NuGet nor npm gives ONNX Runtime.
  NuGet: Microsoft.ML.OnnxRuntime $ort_version: $(sed 's/^no$/not on any source/' "$work/ort") (dotnet nuget list source shows the sources)
  npm:   $npm_package: $(grep -m 1 . "$work/npm.err" || echo "no answer within 60 s")
Check the network, a proxy, or the registries set up for dotnet and npm, then run eng/bootstrap.sh again."
  fi
  tar -xzf "$work"/*.tgz -C "$work" package/Runtime package/Plugins/Linux package/LICENSE package/ThirdPartyNotices.txt
  find "$work/package" -name '*.meta' -delete

  mkdir -p "$work/managed" "$work/native"
  for project in managed native; do
    printf '<Project />\n' | tee "$work/$project/Directory.Build.props" "$work/$project/Directory.Build.targets" >"$work/$project/Directory.Packages.props"
  done
  cat >"$work/managed/Microsoft.ML.OnnxRuntime.Managed.csproj" <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net8.0</TargetFramework>
    <Version>$ort_version</Version>
    <Authors>Microsoft</Authors>
    <Description>ONNX Runtime's managed sources, packed locally from the npm package $npm_package.</Description>
    <PackageLicenseFile>LICENSE</PackageLicenseFile>
    <LangVersion>latest</LangVersion>
    <AllowUnsafeBlocks>true</AllowUnsafeBlocks>
    <EnableDefaultCompileItems>false</EnableDefaultCompileItems>
    <IsTrimmable>true</IsTrimmable>
    <NoWarn>\$(NoWarn);CS1591;CS1573;CS0168;CS0649;CS1587;CS1570;CS1572;CS1574;CS0419;CS1734;CS8981</NoWarn>
    <NuGetAudit>false</NuGetAudit>
  </PropertyGroup>
  <ItemGroup>
    <Compile Include="../package/Runtime/**/*.cs" />
    <Using Include="System.Reflection" />
    <PackageReference Include="System.Numerics.Tensors" Version="$tensors_version" />
    <None Include="../package/LICENSE" Pack="true" PackagePath="/" />
  </ItemGroup>
</Project>
XML
  cat >"$work/native/Microsoft.ML.OnnxRuntime.csproj" <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net8.0</TargetFramework>
    <Version>$ort_version</Version>
    <Authors>Microsoft</Authors>
    <Description>ONNX Runtime's native library for linux-x64, packed locally from the npm package $npm_package.</Description>
    <PackageLicenseFile>LICENSE</PackageLicenseFile>
    <IncludeBuildOutput>false</IncludeBuildOutput>
    <SuppressDependenciesWhenPacking>false</SuppressDependenciesWhenPacking>
    <NoWarn>\$(NoWarn);NU5128</NoWarn>
    <NuGetAudit>false</NuGetAudit>
  </PropertyGroup>
  <ItemGroup>
    <ProjectReference Include="../managed/Microsoft.ML.OnnxRuntime.Managed.csproj" />
    <None Include="../package/Plugins/Linux/x64/*.so" Pack="true" PackagePath="runtimes/linux-x64/native" />
    <None Include="../package/LICENSE;../package/ThirdPartyNotices.txt" Pack="true" PackagePath="/" />
  </ItemGroup>
</Project>
XML
  if ! dotnet pack "$work/native" -c Release -o "$work/out" -nologo -v quiet >"$work/pack.log" 2>&1 ||
     ! dotnet pack "$work/managed" -c Release -o "$work/out" -nologo -v quiet --no-build >>"$work/pack.log" 2>&1; then
    cat "$work/pack.log" >&2
    die "packing ONNX Runtime failed (the log stands above)."
  fi
  cp "$work"/out/*.nupkg "$feed"/
  # NuGet trusts a version that it has already unpacked, so a repacked one must be cleared.
  rm -rf .packages/microsoft.ml.onnxruntime .packages/microsoft.ml.onnxruntime.managed
fi

cat >"$feed/feed.props" <<XML
<!-- Written by eng/bootstrap.sh: which of the adapters' packages the feeds have. -->
<Project>
  <PropertyGroup>
    <FeedHasImageSharp>$has_imagesharp</FeedHasImageSharp>
    <FeedHasAmazonLambda>$has_lambda</FeedHasAmazonLambda>
  </PropertyGroup>
</Project>
XML
printf '%s\n' "$key" >"$stamp"
say "ready (ImageSharp adapter: $has_imagesharp, Amazon.Lambda adapter: $has_lambda)"

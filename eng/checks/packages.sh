#!/usr/bin/env bash
# packages.sh [FEED]: uses the packages as somebody does who has nothing but them, in a folder outside the repository. FEED is a directory that
# eng/pack.sh made; where there is none, it is made.
# packages.sh FEED RID [RUNNER…]: only publishes a function against the oldest and the newest supported ONNX Runtime, for the JIT and as a native
# program, and asks each. RUNNER is a command in front of the program, such as an emulator's.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source eng/common.sh
prepare_build
repository=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

feed=$(realpath -m "${1:-$work/feed}")
if [ ! -d "$feed" ]; then
  step "pack"
  eng/pack.sh "$feed"
fi
version=$(basename "$feed"/ServerlessInference.Core.*.nupkg .nupkg)
version=${version#ServerlessInference.Core.}
oldest=$(sed -n 's|.*<MinOnnxRuntimeVersion>\(.*\)</.*|\1|p' Directory.Packages.props)
newest=$(sed -n 's|.*<OnnxRuntimeVersion>\(.*\)</.*|\1|p' Directory.Packages.props)

# The user's package sources and ours. Packages are unpacked here, since ours keep their version when their content changes; what others wrote is
# taken from the user's cache where it has been unpacked already.
cache=$(dotnet nuget locals global-packages --list)
mkdir "$work/cache"
find "${cache#*: }" -mindepth 1 -maxdepth 1 ! -iname 'serverlessinference.*' -exec ln -s -t "$work/cache" {} +
cat >"$work/nuget.config" <<XML
<configuration>
  <config><add key="globalPackagesFolder" value="packages" /></config>
  <fallbackPackageFolders><add key="cache" value="cache" /></fallbackPackageFolders>
</configuration>
XML
cd "$work"
dotnet nuget add source "$feed" --name ServerlessInference --configfile nuget.config >/dev/null
dotnet tool install ServerlessInference.Tool --tool-path tool >/dev/null

fail() { echo "$*"; exit 1; }
ask() { # what the answers must hold, a line of options and the program…
  local expected=$1; shift
  "$work/tool/serverless-inference" invoke "$@" >answers 2>log || { cat answers log; exit 1; }
  cat answers
  cat answers log | tr -d '\\' | grep -F "$expected" >/dev/null || { cat log; fail "'$expected' was expected"; }
}

on_onnx_runtime() { # ONNX Runtime's version, jit or native, RID, RUNNER…
  local runtime=$1 kind=$2 rid=$3; shift 3
  step "a function on ONNX Runtime $runtime, $kind, $rid"
  local folder=$work/function-$runtime-$kind
  cp -r "$repository/tests/PackageConsumer" "$folder"
  mkdir "$folder/shapes" && cp "$repository"/models/shapes-resnet/{model.onnx,labels.txt,preprocessor_config.json} "$folder/shapes/"
  local options=("-p:PublishAot=$([ "$kind" = native ] && echo true || echo false)")
  [ "$kind" = native ] || options+=(--self-contained "$([ $# -gt 0 ] && echo true || echo false)") # what is emulated brings its own .NET
  dotnet publish "$folder" -c Release -r "$rid" -o "$folder/publish" -nologo -v quiet \
    "-p:ServerlessInferenceVersion=$version" "-p:OnnxRuntimeVersion=$runtime" "${options[@]}"
  http_event "$repository/models/shapes-resnet/samples/star-256x256.jpg" >star.json
  echo '"versions"' >versions.json
  ask '"label":"star"' --event star.json -- "$@" "$folder/publish/PackageConsumer"
  ask "\"response\":\"$runtime $runtime.0\"" --event versions.json -- "$@" "$folder/publish/PackageConsumer"
  rm -rf "$folder"
}

case $(uname -m) in aarch64) rid=linux-arm64 ;; *) rid=linux-x64 ;; esac
if [ $# -gt 1 ]; then
  shift
  need_linker
  for runtime in "$oldest" "$newest"; do
    for kind in jit native; do on_onnx_runtime "$runtime" $kind "$@"; done
  done
  echo "the same packages answer with ONNX Runtime $oldest and $newest, for the JIT and as native programs, on $1"
  exit
fi

on_onnx_runtime "$oldest" jit $rid
on_onnx_runtime "$newest" jit $rid
if need_linker; then on_onnx_runtime "$oldest" native $rid; fi

libraries=()
for package in "$feed"/*.nupkg; do
  package=$(basename "$package" ".$version.nupkg")
  case $package in *.Tool | *.Templates) ;; *) libraries+=("$package") ;; esac
done

step "a project for .NET 8"
mkdir older
{
  echo '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup><ItemGroup>'
  printf "<PackageReference Include=\"%s\" Version=\"$version\" />\n" "${libraries[@]}"
  echo '</ItemGroup></Project>'
} >older/older.csproj
! dotnet restore older -nologo >older.log || fail "packages for .NET 10 were restored for .NET 8"
for library in "${libraries[@]}"; do
  grep -q "NU1202: Package $library $version is not compatible with net8.0" older.log || { cat older.log; fail "$library was not refused"; }
done

# With nothing but the packages that the page names, and the usings that it shows.
step "the first example of each package's page"
mkdir examples
{
  echo "<Project><Import Project=\"$repository/Directory.Packages.props\" /><ItemGroup>"
  printf "<PackageVersion Include=\"%s\" Version=\"$version\" />\n" "${libraries[@]}"
  echo '</ItemGroup></Project>'
} >examples/Directory.Packages.props
for library in "${libraries[@]}"; do
  page=$repository/src/$library/README.md
  mkdir "examples/$library"
  awk '/^```/ { inside = $0 == "```csharp"; if (found && !inside) exit; next } inside { found = 1; print }' "$page" >"examples/$library/Program.cs"
  {
    echo '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework><OutputType>Exe</OutputType>'
    echo '<Nullable>enable</Nullable><ImplicitUsings>enable</ImplicitUsings></PropertyGroup><ItemGroup>'
    sed -n 's|^dotnet add package \([^ ]*\).*|<PackageReference Include="\1" />|p' "$page"
    echo '</ItemGroup></Project>'
  } >"examples/$library/$library.Example.csproj"
done
cat >examples/all.proj <<'XML'
<Project DefaultTargets="Compile">
  <ItemGroup><Example Include="*/*.csproj" /></ItemGroup>
  <Target Name="Restore"><MSBuild Projects="@(Example)" Targets="Restore" /></Target>
  <Target Name="Compile"><MSBuild Projects="@(Example)" Targets="Compile" BuildInParallel="true" /></Target>
</Project>
XML
dotnet msbuild examples/all.proj -restore -m -nologo -v:quiet
echo "${libraries[*]}"

templates() { dotnet new "$@" --debug:custom-hive "$work/hive"; } # the user's own templates stay as they are
step "templates"
templates install ServerlessInference.Templates
try() { # template, project's name, model's folder, event, what the answer or the log must hold, option…
  local template=$1 name=$2 model=$3 event=$4 expected=$5; shift 5
  step "$template"
  templates "serverless-inference-$template" --name "$name" --output "$name" "$@" >/dev/null
  (
    cd "$name"
    mkdir model
    for file in model.onnx labels.txt preprocessor_config.json config.json vocab.txt tokenizer_config.json; do
      [ ! -f "$repository/models/$model/$file" ] || cp "$repository/models/$model/$file" model/
    done
    ! grep -rqE 'SERVERLESS_INFERENCE_VERSION|ONNX_RUNTIME_VERSION' . || fail "the versions were not written into the template"
    dotnet build -nologo -v quiet -warnaserror
    ask "$expected" --event "events/$event" -- dotnet "bin/Debug/net10.0/$name.dll"
    grep -q "Handler: $name\$" template.yaml || fail "template.yaml does not name the program $name"
  )
}
try image Products shapes-resnet picture.json '"top":[{"index":2,"label":"square"'
(
  cd Products
  dotnet publish -c Release -o publish -nologo -v quiet # as its README says
  plain=$(stat -c %s bin/Debug/net10.0/Products.dll) compiled=$(stat -c %s publish/Products.dll)
  [ "$compiled" -gt "$plain" ] || fail "what is published is not compiled ahead of time"
  ask '"top":[{"index":2,"label":"square"' --event events/picture.json -- dotnet publish/Products.dll
)
step "templates for arm64"
for template in image detect qa stream; do
  templates "serverless-inference-$template" --name Graviton --output "arm64/$template" --architecture arm64 >/dev/null
  grep -q '<RuntimeIdentifier>linux-arm64<' "arm64/$template/Graviton.csproj" || fail "--architecture did not reach the project of $template"
  grep -q 'Architectures: \[arm64\]' "arm64/$template/template.yaml" || fail "--architecture did not reach template.yaml of $template"
done
dotnet publish arm64/image -c Release -o arm64/publish -nologo -v quiet
[ "$(od -An -tu2 -j18 -N2 arm64/publish/libonnxruntime.so)" -eq 183 ] || fail "ONNX Runtime's library was published for another processor" # ELF's number of arm64
[ ! -e arm64/publish/onnxruntime.dll ] || fail "ONNX Runtime's library for Windows was published"
try detect Find-Things shapes-detector scene.json '"detections":[{"index":'
try qa Answers paragraph-qa question.json '"text":"Brenford"' --origin https://shop.example.org
grep -q '"https://shop.example.org"' Answers/Program.cs || fail "--origin did not reach Program.cs"
try stream Scores text-scoring records.json '{"label":"delivery"'
grep -q '"batchItemFailures":\[\]' Scores/answers || fail "no failed record was expected"

echo "functions on ONNX Runtime $oldest and $newest, the examples of ${#libraries[@]} packages, and four templates: all from the packages alone"

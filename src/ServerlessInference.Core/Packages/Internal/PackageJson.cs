using System.Text.Json.Serialization;

namespace ServerlessInference.Packages;

/// <summary>How a manifest is written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    NewLine = "\n",
    WriteIndented = true)]
[JsonSerializable(typeof(SplitPackageManifest))]
internal sealed partial class PackageJson : JsonSerializerContext;

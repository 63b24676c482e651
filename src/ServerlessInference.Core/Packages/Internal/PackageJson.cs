using System.Text.Json.Serialization;

namespace ServerlessInference.Packages;

/// <summary>The JSON serialization of a manifest; generated, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    NewLine = "\n",
    WriteIndented = true)]
[JsonSerializable(typeof(SplitPackageManifest))]
internal sealed partial class PackageJson : JsonSerializerContext;

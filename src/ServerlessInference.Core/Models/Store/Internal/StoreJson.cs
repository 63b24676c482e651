using System.Text.Json.Serialization;

namespace ServerlessInference.Models.Store;

/// <summary>How the store's own files are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoreManifest))]
[JsonSerializable(typeof(TransferPlan))]
internal sealed partial class StoreJson : JsonSerializerContext;

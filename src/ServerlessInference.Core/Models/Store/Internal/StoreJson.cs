using System.Text.Json.Serialization;

namespace ServerlessInference.Models.Store;

/// <summary>Serializes the files that the store keeps for itself.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoreManifest))]
[JsonSerializable(typeof(TransferPlan))]
internal sealed partial class StoreJson : JsonSerializerContext;

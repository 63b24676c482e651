using System.Text.Json;
using System.Text.Json.Serialization;

namespace ServerlessInference.Tool.Cost;

/// <summary>The JSON format of price books.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    ReadCommentHandling = JsonCommentHandling.Skip)]
[JsonSerializable(typeof(PriceBook))]
internal sealed partial class PriceBookJson : JsonSerializerContext;

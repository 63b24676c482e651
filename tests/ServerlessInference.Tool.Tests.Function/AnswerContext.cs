using System.Text.Json.Serialization;

namespace ServerlessInference.Tool.Tests.Function;

/// <summary>Source-generated JSON of the answer.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Answer))]
internal sealed partial class AnswerContext : JsonSerializerContext;

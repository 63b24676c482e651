using System.Text.Json.Serialization;

namespace ServerlessInference.Vision;

/// <summary>The source-generated JSON serialization of the answers, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ImageClassification))]
[JsonSerializable(typeof(ObjectDetection))]
internal sealed partial class VisionJson : JsonSerializerContext;

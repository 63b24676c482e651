using System.Text.Json.Serialization;
using ServerlessInference.Vision.Classification;
using ServerlessInference.Vision.Detection;

namespace ServerlessInference.Vision;

/// <summary>How answers are written as JSON; generated, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ImageClassification))]
[JsonSerializable(typeof(ObjectDetection))]
internal sealed partial class VisionJson : JsonSerializerContext;

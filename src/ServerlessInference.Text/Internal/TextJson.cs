using System.Text.Json;
using System.Text.Json.Serialization;
using ServerlessInference.Pipelines;

namespace ServerlessInference.Text;

/// <summary>Writes the answers of text pipelines as JSON. Generated, so that no reflection is needed.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(QuestionAnswers))]
[JsonSerializable(typeof(TextClassification))]
[JsonSerializable(typeof(TextEmbedding))]
[JsonSerializable(typeof(LabelPrediction))]
internal sealed partial class TextJson : JsonSerializerContext;

using System.Text.Json;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Tool.Inspection;

/// <summary>
/// Judges the task of a model whose inputs are token ids, by the names and shapes of its outputs and by <c>config.json</c>.
/// </summary>
internal static class TextTask
{
    // Labels of tokens are few, and vocabularies have thousands of tokens.
    private const int MinVocabulary = 1000;

    public static ModelTask Detect(LoadedModel loaded)
    {
        IReadOnlyList<ValueDescription> outputs = loaded.Description.Outputs;
        if ((Has(outputs, "start_logits") && Has(outputs, "end_logits")) || (Has(outputs, "unstack:0") && Has(outputs, "unstack:1")))
        {
            return new ModelTask("question-answering", null);
        }

        if (Has(outputs, "last_hidden_state") || Has(outputs, "sentence_embedding") || Has(outputs, "token_embeddings"))
        {
            return new ModelTask("feature-extraction", null);
        }

        string architecture = ModelSettings.Read(
            loaded, "config.json", "architectures",
            static list => list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0 ? list[0].GetString() : null) ?? string.Empty;
        ValueDescription? logits = outputs.FirstOrDefault(output => output.Name.Contains("logits", StringComparison.Ordinal));
        if (logits is null)
        {
            bool hasScores = architecture.EndsWith("ForSequenceClassification", StringComparison.Ordinal);
            return new ModelTask(hasScores ? "text-classification" : "feature-extraction", null);
        }

        return new ModelTask(
            logits.Shape.Length == 2 ? "text-classification"
                : architecture.EndsWith("ForCausalLM", StringComparison.Ordinal) ? "text-generation"
                : IsVocabulary(logits, architecture) ? "fill-mask"
                : "token-classification",
            null);
    }

    private static bool IsVocabulary(ValueDescription logits, string architecture) =>
        architecture.EndsWith("ForMaskedLM", StringComparison.Ordinal)
        || (logits.Shape.Length == 3 && logits.Shape[2] >= MinVocabulary);

    private static bool Has(IReadOnlyList<ValueDescription> values, string name) => values.Any(value => value.Name == name);
}

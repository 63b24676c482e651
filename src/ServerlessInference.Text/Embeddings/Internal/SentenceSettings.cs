using System.Text.Json;
using ServerlessInference.Sessions;
using ServerlessInference.Tokenizers;

namespace ServerlessInference.Text.Embeddings;

/// <summary>Reads what sentence-transformers does with texts before they are tokenized.</summary>
/// <remarks>Files: <c>sentence_bert_config.json</c> and <c>config_sentence_transformers.json</c>.</remarks>
internal static class SentenceSettings
{
    private const string PromptsFile = "config_sentence_transformers.json";

    // One letter of each script that has capitals, and accents. Tokenizers that lower-case do it for all of them.
    private const string Capitals = "ABC XYZ \u00C4\u00C9\u00D1 \u0391\u0392 \u0411\u0416 \u0531";

    /// <summary>Reads the settings.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">The tokenizer of the model.</param>
    /// <param name="maxLength">The option <c>MaxLength</c>.</param>
    /// <exception cref="ModelLoadException">A file cannot be used, or states what is not supported.</exception>
    internal static TextSettings Read(LoadedModel model, ITokenizer tokenizer, int? maxLength)
    {
        var modules = SentenceModules.Get(model);
        CheckLowerCase(model, tokenizer, modules.TransformerFile);
        int? stated = ModelSettings.Read(model, modules.TransformerFile, "max_seq_length", TextModel.ReadLength);
        string prompt = ReadDefaultPrompt(model);
        if (prompt.Length > 0)
        {
            if (!modules.IncludesPrompt(model))
            {
                throw new ModelLoadException(
                    $"The model '{model.Identity.Name}' has a default prompt ({PromptsFile}) that {modules.Pooling} leaves out of the " +
                    "pooling, which is not supported. Export the model with its pooling, or set default_prompt_name to null and put the " +
                    "prompt in front of your texts.");
            }

            model.Decide(new ModelDecision("prompt", "the default prompt is put in front of each text", PromptsFile));
        }

        return new TextSettings(maxLength ?? stated, prompt);
    }

    private static void CheckLowerCase(LoadedModel model, ITokenizer tokenizer, string file)
    {
        if (!ModelSettings.Read(model, file, "do_lower_case", static value => value.ValueKind == JsonValueKind.True))
        {
            return;
        }

        // The setting changes nothing if the tokenizer does the same.
        var capitals = new TokenEncoding();
        var small = new TokenEncoding();
        tokenizer.Encode(Capitals, capitals, EncodeOptions.Default);
        tokenizer.Encode(Capitals.ToLowerInvariant(), small, EncodeOptions.Default);
        if (!capitals.Ids.SequenceEqual(small.Ids))
        {
            throw new ModelLoadException(
                $"{file} of model '{model.Identity.Name}' sets do_lower_case, but its tokenizer keeps capitals. Lower-case the texts in " +
                "your program, and set do_lower_case to false in the file.");
        }
    }

    private static string ReadDefaultPrompt(LoadedModel model) => ModelSettings.Read(model, PromptsFile, null, static root =>
    {
        if (!root.TryGetProperty("default_prompt_name", out JsonElement name) || name.ValueKind != JsonValueKind.String)
        {
            return string.Empty;
        }

        return root.TryGetProperty("prompts", out JsonElement prompts)
            && prompts.ValueKind == JsonValueKind.Object && prompts.TryGetProperty(name.GetString()!, out JsonElement prompt)
            ? prompt.GetString() ?? string.Empty
            : throw new FormatException($"default_prompt_name is '{name.GetString()}', but there is no prompt of that name.");
    }) ?? string.Empty;
}

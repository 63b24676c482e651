using System.Text.Json;
using ServerlessInference.Sessions;

namespace ServerlessInference.Text;

/// <summary>What text pipelines read from a model's <c>config.json</c>.</summary>
/// <param name="MaxLength">The maximum length of a sequence in tokens; null if the file does not say.</param>
/// <param name="PadTokenId">The id of the padding token; null if the file does not say.</param>
/// <param name="IsBound">Whether the model has no positions beyond that length, so that a longer sequence makes it fail.</param>
internal sealed record TextConfig(int? MaxLength, int? PadTokenId, bool IsBound)
{
    private static readonly TextConfig _empty = new(null, null, false);

    /// <summary>Reads the file; a model without it has no settings.</summary>
    /// <exception cref="ModelLoadException">The file does not contain a JSON object.</exception>
    internal static TextConfig Read(LoadedModel model) => ModelSettings.Read(model, "config.json", null, Read) ?? _empty;

    private static TextConfig Read(JsonElement root)
    {
        int? pad = root.TryGetProperty("pad_token_id", out JsonElement id) ? ReadId(id) : null;
        int? positions = root.TryGetProperty("max_position_embeddings", out JsonElement value) ? TextModel.ReadLength(value) : null;
        if (CountsFromPadding(root) && positions is not null)
        {
            const int RobertaPad = 1;
            positions = Math.Max(1, positions.Value - (pad ?? RobertaPad) - 1);
        }

        // DeBERTa v3 counts distances between tokens only, and takes texts of any length.
        bool isRelative = IsSet(root, "relative_attention", ifMissing: false) && !IsSet(root, "position_biased_input", ifMissing: true);
        return new TextConfig(positions, pad, positions is not null && !isRelative);
    }

    private static bool IsSet(JsonElement root, string name, bool ifMissing) =>
        root.TryGetProperty(name, out JsonElement value) ? value.ValueKind == JsonValueKind.True : ifMissing;

    /// <summary>Whether the positions of tokens are counted from the one after the padding token's id, as in RoBERTa, so that a model with
    /// 514 positions takes 512 tokens.</summary>
    private static bool CountsFromPadding(JsonElement root) =>
        root.TryGetProperty("model_type", out JsonElement type) && type.ValueKind == JsonValueKind.String && type.GetString() is
            "roberta" or "xlm-roberta" or "xlm-roberta-xl" or "roberta-prelayernorm" or "camembert" or "mpnet" or "longformer"
            or "data2vec-text" or "xmod" or "ibert" or "luke" or "lilt" or "esm";

    private static int? ReadId(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int id) && id >= 0 ? id : null;
}

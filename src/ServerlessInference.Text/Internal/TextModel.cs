using System.Text.Json;
using ServerlessInference.Tokenizers;

namespace ServerlessInference.Text;

/// <summary>What text pipelines derive once from a loaded model and the files next to it. Immutable and thread-safe.</summary>
internal sealed class TextModel(ITokenizer tokenizer, TokenInputs inputs, int maxLength, int? padTokenId)
{
    internal ITokenizer Tokenizer { get; } = tokenizer;

    internal TokenInputs Inputs { get; } = inputs;

    /// <summary>Gets the maximum length in tokens of a sequence that the model takes.</summary>
    internal int MaxLength { get; } = maxLength;

    /// <summary>Gets how sequences are padded.</summary>
    internal SequencePadding Padding { get; } = new(padTokenId ?? 0, tokenizer.PadTypeId, tokenizer.PaddingSide);

    /// <summary>Gets whether sequences of different lengths can run together. A model without a padding token takes one at a time: it may
    /// find the end of a sequence by that token, as GPT-2's classifiers do.</summary>
    internal bool CanPad { get; } = padTokenId is not null || inputs.FixedLength is not null;

    /// <summary>Reads a length from a JSON file of the model; null if the value is not a positive number.</summary>
    internal static int? ReadLength(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int length) && length > 0 ? length : null;
}

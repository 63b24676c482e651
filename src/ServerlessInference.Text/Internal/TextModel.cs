using System.Text.Json;
using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Text.Tokenization;

namespace ServerlessInference.Text.Internal;

/// <summary>What text pipelines derive from a loaded model and the files beside it, once. Thread-safe.</summary>
internal sealed class TextModel
{
    private const int DefaultMaxLength = 512;

    private TextModel(WordPieceTokenizer tokenizer, TokenInputs inputs, int maxLength)
    {
        Tokenizer = tokenizer;
        Inputs = inputs;
        MaxLength = maxLength;
    }

    internal WordPieceTokenizer Tokenizer { get; }

    internal TokenInputs Inputs { get; }

    /// <summary>Gets the longest sequence the model takes, in tokens.</summary>
    internal int MaxLength { get; }

    /// <summary>Gets what was derived from the model, deriving it at the first call.</summary>
    /// <exception cref="ModelContractException">The inputs are not those of a text model.</exception>
    /// <exception cref="ModelLoadException">There is no tokenizer beside the model, or a file cannot be used.</exception>
    internal static TextModel Of(LoadedModel model) => model.GetOrCreate(typeof(TextModel), static model =>
    {
        TokenInputs inputs = TokenInputs.Bind(model);
        WordPieceTokenizer tokenizer = TokenizerOf(model.Artifact);
        int length = tokenizer.ModelMaxLength
            ?? ModelSettings.Read(model, "config.json", "max_position_embeddings", ReadLength)
            ?? DefaultMaxLength;
        return new TextModel(tokenizer, inputs, Math.Min(length, inputs.FixedLength ?? int.MaxValue));
    });

    internal static int? ReadLength(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int length) && length > 0 ? length : null;

    /// <summary>Gets the tokenizer, which stands in the model's files and can be read while the session is created.</summary>
    /// <exception cref="ModelLoadException">There is no tokenizer beside the model, or a file cannot be used.</exception>
    internal static WordPieceTokenizer TokenizerOf(ModelArtifact artifact) => artifact.GetOrCreate(typeof(TextModel), LoadTokenizer);

    private static WordPieceTokenizer LoadTokenizer(ModelArtifact artifact)
    {
        ReadOnlyMemory<byte> config = Read(artifact, "tokenizer_config.json") ?? default;
        if (Read(artifact, "tokenizer.json") is { } tokenizer)
        {
            return WordPieceTokenizer.FromTokenizerJson(tokenizer.Span, config.Span);
        }

        if (Read(artifact, "vocab.txt") is { } vocabulary)
        {
            return WordPieceTokenizer.FromVocabulary(vocabulary.Span, config.Span);
        }

        throw new ModelLoadException(
            $"{artifact.Source} has neither tokenizer.json nor vocab.txt, and a text pipeline needs one of them. Put it beside the model; " +
            "the model's repository holds it.");
    }

    private static ReadOnlyMemory<byte>? Read(ModelArtifact artifact, string name) =>
        artifact.TryGetFile(name, out ModelFile? file) ? file.ReadAllBytes(64 * 1024 * 1024) : (ReadOnlyMemory<byte>?)null;
}

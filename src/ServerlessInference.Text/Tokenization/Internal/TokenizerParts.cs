namespace ServerlessInference.Text.Tokenization.Internal;

/// <summary>What a tokenizer is made of, whichever files it was read from.</summary>
internal sealed class TokenizerParts
{
    internal required WordPieceModel Model { get; init; }

    internal required NormalizerSettings Normalizer { get; init; }

    internal required SequenceTemplate Template { get; init; }

    internal required IReadOnlyList<AddedToken> AddedTokens { get; init; }

    internal required int PadTokenId { get; init; }

    internal int? ModelMaxLength { get; init; }

    internal EncodeOptions? EmbeddedOptions { get; init; }

    internal bool CleanDecoded { get; init; } = true;
}

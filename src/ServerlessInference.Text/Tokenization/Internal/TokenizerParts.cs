namespace ServerlessInference.Text.Tokenization.Internal;

/// <summary>What a tokenizer is made of, whichever files it was read from.</summary>
internal sealed class TokenizerParts(
    WordPieceModel model, NormalizerSettings normalizer, SequenceTemplate template, List<AddedToken> addedTokens, int padTokenId)
{
    internal readonly WordPieceModel Model = model;
    internal readonly NormalizerSettings Normalizer = normalizer;
    internal readonly SequenceTemplate Template = template;
    internal readonly List<AddedToken> AddedTokens = addedTokens;
    internal readonly int PadTokenId = padTokenId;
    internal int? ClassTokenId;
    internal int? ModelMaxLength;
    internal EncodeOptions? EmbeddedOptions;
    internal bool CleanDecoded = true;
}

namespace ServerlessInference.Tokenizers;

/// <summary>The parts of a tokenizer, whichever files they were read from.</summary>
/// <remarks>Its members are fields because it is on the loading path: in a new process without native code, the runtime compiles each
/// accessor before its first call.</remarks>
internal sealed class TokenizerParts(TokenModel model, SequenceTemplate template, int? padTokenId)
{
    internal readonly TokenModel Model = model;
    internal readonly SequenceTemplate Template = template;
    internal readonly int? PadTokenId = padTokenId;
    internal int? ClassTokenId;
    internal int? UnknownTokenId;
    internal int? ModelMaxLength;
    internal int PadTypeId;
    internal TextSide PaddingSide;
    internal TextSide TruncationSide;
    internal EncodeOptions? SavedOptions;

    internal static TokenizerParts FromOptions(TokenModel model, TokenizerOptions options) =>
        new(model, options.Template, options.PadTokenId)
        {
            ClassTokenId = options.ClassTokenId,
            UnknownTokenId = options.UnknownTokenId,
            ModelMaxLength = options.ModelMaxLength,
            PadTypeId = options.PadTypeId,
            PaddingSide = options.PaddingSide,
            TruncationSide = options.TruncationSide,
        };
}

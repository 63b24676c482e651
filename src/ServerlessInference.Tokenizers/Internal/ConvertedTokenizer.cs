namespace ServerlessInference.Tokenizers;

/// <summary>What a <c>tokenizer.json</c> would contain that transformers makes of other files.</summary>
internal sealed class ConvertedTokenizer
{
    /// <summary>Gets the name of the file that was converted, for messages.</summary>
    internal required string FileName { get; init; }

    internal required ModelJson Model { get; init; }

    /// <summary>Gets or sets the section <c>normalizer</c> as JSON; empty if there is none.</summary>
    internal string Normalizer { get; set; } = string.Empty;

    /// <summary>Gets or sets the section <c>pre_tokenizer</c> as JSON; empty if there is none.</summary>
    internal string PreTokenizer { get; set; } = string.Empty;

    /// <summary>Gets or sets the section <c>decoder</c> as JSON.</summary>
    internal string Decoder { get; set; } = string.Empty;

    /// <summary>Gets or sets which post-processor adds special tokens.</summary>
    internal ConvertedTemplate Template { get; set; } = ConvertedTemplate.Plain;

    /// <summary>Gets or sets how ranges are trimmed; null if they are not.</summary>
    internal OffsetTrimming? Trimming { get; set; }

    /// <summary>Gets the added tokens in the order in which they are numbered.</summary>
    internal List<AddedToken> AddedTokens { get; } = [];
}

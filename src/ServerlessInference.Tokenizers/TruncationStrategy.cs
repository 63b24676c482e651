namespace ServerlessInference.Tokenizers;

/// <summary>Which text of a pair is truncated to fit <see cref="EncodeOptions.MaxLength"/>.</summary>
public enum TruncationStrategy
{
    /// <summary>The longer text, and each to half of the length if both are too long. A single text is simply truncated.</summary>
    LongestFirst,

    /// <summary>Only the first text. An input whose second text alone is too long is rejected.</summary>
    OnlyFirst,

    /// <summary>Only the second text, such as the context of a question. An input whose first text alone is too long is rejected.</summary>
    OnlySecond,
}

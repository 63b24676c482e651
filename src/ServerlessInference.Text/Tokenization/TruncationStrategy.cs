namespace ServerlessInference.Text.Tokenization;

/// <summary>Which text of a pair is shortened to fit <see cref="EncodeOptions.MaxLength"/>.</summary>
public enum TruncationStrategy
{
    /// <summary>The longer one, and both to half each where both are too long. A single text is simply shortened.</summary>
    LongestFirst,

    /// <summary>The first text only; an input whose second text alone is too long is refused.</summary>
    OnlyFirst,

    /// <summary>The second text only (the context of a question); an input whose first text alone is too long is refused.</summary>
    OnlySecond,
}

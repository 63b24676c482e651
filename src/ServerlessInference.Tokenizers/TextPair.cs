namespace ServerlessInference.Tokenizers;

/// <summary>An input of a batch: one text, or two texts that the model reads together.</summary>
/// <param name="First">The text, or the first of the two texts (the question).</param>
/// <param name="Second">The second text (the context); null if there is only one text.</param>
public readonly record struct TextPair(string First, string? Second = null)
{
    /// <summary>Creates an input of one text.</summary>
    /// <param name="text">The text.</param>
    public static implicit operator TextPair(string text) => new(text);

    /// <summary>Creates an input of one text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The input.</returns>
    public static TextPair FromString(string text) => new(text);
}

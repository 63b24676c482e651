namespace ServerlessInference.Text.Tokenization;

/// <summary>One input of a batch: a text, or two texts that a model reads together.</summary>
/// <param name="First">The text, or the first of two (the question).</param>
/// <param name="Second">The second text (the context); null where there is one text only.</param>
public readonly record struct TextPair(string First, string? Second = null)
{
    /// <summary>Makes an input of one text.</summary>
    /// <param name="text">The text.</param>
    public static implicit operator TextPair(string text) => new(text);

    /// <summary>Makes an input of one text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The input.</returns>
    public static TextPair FromString(string text) => new(text);
}

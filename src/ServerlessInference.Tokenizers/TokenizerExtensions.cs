namespace ServerlessInference.Tokenizers;

/// <summary>Encodes into new objects, for programs that do not need to reuse memory.</summary>
public static class TokenizerExtensions
{
    /// <summary>Encodes a text.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="text">The text.</param>
    /// <param name="options">Truncation and padding; null for <see cref="EncodeOptions.Default"/>.</param>
    /// <returns>The token sequence.</returns>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    public static TokenEncoding Encode(this ITokenizer tokenizer, ReadOnlySpan<char> text, EncodeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        var encoding = new TokenEncoding();
        tokenizer.Encode(text, encoding, options);
        return encoding;
    }

    /// <summary>Encodes two texts that the model reads together.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="first">The first text (the question).</param>
    /// <param name="second">The second text (the context).</param>
    /// <param name="options">Truncation and padding; null for <see cref="EncodeOptions.Default"/>.</param>
    /// <returns>The token sequence.</returns>
    /// <exception cref="ArgumentException">The options contradict each other.</exception>
    /// <exception cref="TextTooLongException">Only one text may be truncated, and the other is too long.</exception>
    public static TokenEncoding EncodePair(
        this ITokenizer tokenizer, ReadOnlySpan<char> first, ReadOnlySpan<char> second, EncodeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        var encoding = new TokenEncoding();
        tokenizer.EncodePair(first, second, encoding, options);
        return encoding;
    }
}

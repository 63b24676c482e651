namespace ServerlessInference.Text.Tokenization;

/// <summary>A token that is found in the text as a whole, before words are split: <c>[MASK]</c>, or one added for a domain.</summary>
/// <remarks>The flags mean what they mean in Hugging Face's <c>tokenizer.json</c>. Where several match, the leftmost and then the
/// longest wins.</remarks>
/// <param name="Id">The id, 0 or more.</param>
/// <param name="Content">The text to find; not empty.</param>
public sealed record AddedToken(int Id, string Content)
{
    /// <summary>Gets whether the token marks structure, so that decoding may leave it out.</summary>
    public bool IsSpecial { get; init; }

    /// <summary>Gets whether the token is found in the normalized text, by its own normalized content. Default: false.</summary>
    public bool IsNormalized { get; init; }

    /// <summary>Gets whether the token is found only where neither neighbour is a word character. Default: false.</summary>
    public bool IsSingleWord { get; init; }

    /// <summary>Gets whether the token takes in the white space before it. Default: false.</summary>
    public bool StripsLeft { get; init; }

    /// <summary>Gets whether the token takes in the white space after it. Default: false.</summary>
    public bool StripsRight { get; init; }
}

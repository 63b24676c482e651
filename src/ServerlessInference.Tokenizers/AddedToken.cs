namespace ServerlessInference.Tokenizers;

/// <summary>A token that is searched for as a whole, before the text is split into words: <c>[MASK]</c>, or a term added for a
/// domain.</summary>
/// <remarks>The flags mean what they mean in Hugging Face's <c>tokenizer.json</c>. If several tokens match, the leftmost wins, and among
/// those that start at the same place the longest.</remarks>
/// <param name="Id">The id, 0 or more.</param>
/// <param name="Content">The text to search for; not empty.</param>
public sealed record AddedToken(int Id, string Content)
{
    /// <summary>Gets whether the token marks structure, so that decoding may omit it.</summary>
    public bool IsSpecial { get; init; }

    /// <summary>Gets whether the token's normalized content is searched for in the normalized text. Default: false.</summary>
    public bool IsNormalized { get; init; }

    /// <summary>Gets whether the token matches only if it is not next to a word character. Default: false.</summary>
    public bool IsSingleWord { get; init; }

    /// <summary>Gets whether the token includes the white space before it. Default: false.</summary>
    public bool StripsLeft { get; init; }

    /// <summary>Gets whether the token includes the white space after it. Default: false.</summary>
    public bool StripsRight { get; init; }
}

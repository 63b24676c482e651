namespace ServerlessInference.Tokenizers.RegularExpressions;

/// <summary>The kinds of characters at which pre-tokenizers split.</summary>
internal enum CharacterKind
{
    /// <summary>White space as Rust's <c>char::is_whitespace</c> sees it.</summary>
    WhiteSpace,

    /// <summary>Punctuation of Unicode 8, or an ASCII symbol.</summary>
    Punctuation,

    /// <summary>A digit, or another number.</summary>
    Numeric,
}

namespace ServerlessInference.Tokenizers.Unicode;

/// <summary>The properties in <see cref="PropertyTable"/>; eng/unicode/generate-tables.mjs names their Unicode versions.</summary>
[Flags]
internal enum CodePointFlags : byte
{
    None = 0,

    /// <summary>Control (but not tab, line feed, carriage return), format, private use, or U+FFFD: cleaning removes it.</summary>
    Removed = 1,

    /// <summary>White space as Rust's <c>char::is_whitespace</c> sees it.</summary>
    WhiteSpace = 2,

    /// <summary>Punctuation, or any ASCII character that is neither letter, digit, control nor space.</summary>
    Punctuation = 4,

    /// <summary>Category Mn: accent stripping drops it.</summary>
    NonspacingMark = 8,

    /// <summary>Has a canonical decomposition in <see cref="DecompositionTable"/>.</summary>
    Decomposes = 16,

    /// <summary>Has another lower case in <see cref="LowercaseTable"/>.</summary>
    Lowercases = 32,

    /// <summary>Has a combining class other than 0.</summary>
    NonStarter = 64,

    /// <summary><c>\w</c> of a regular expression.</summary>
    Word = 128,
}

namespace ServerlessInference.Tokenizers.Unicode;

/// <summary>The values of Unicode's property Grapheme_Cluster_Break, as <see cref="GraphemeTable"/> numbers them.</summary>
internal enum GraphemeBreak : byte
{
    Other,
    CarriageReturn,
    LineFeed,
    Control,
    Extend,
    ZeroWidthJoiner,
    RegionalIndicator,
    Prepend,
    SpacingMark,
    HangulL,
    HangulV,
    HangulT,
    HangulLV,
    HangulLVT,
}

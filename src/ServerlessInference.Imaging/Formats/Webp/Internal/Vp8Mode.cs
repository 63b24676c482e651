namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>
/// How a block is predicted from its neighbours. Whole macroblocks and colours use the first four. Source: RFC 6386, section 11.
/// </summary>
internal enum Vp8Mode : byte
{
    /// <summary>The average of the row above and the column to the left.</summary>
    Dc,

    /// <summary>The row above plus the difference of the column to the left from the corner.</summary>
    TrueMotion,

    /// <summary>The row above.</summary>
    Vertical,

    /// <summary>The column to the left.</summary>
    Horizontal,

    /// <summary>Diagonally from the upper right.</summary>
    LeftDown,

    /// <summary>Diagonally from the upper left.</summary>
    RightDown,

    /// <summary>From above, a little from the left.</summary>
    VerticalRight,

    /// <summary>From above, a little from the right.</summary>
    VerticalLeft,

    /// <summary>From the left, a little from above.</summary>
    HorizontalDown,

    /// <summary>From the left, a little from below.</summary>
    HorizontalUp,

    /// <summary>Each 4x4 block has its own mode. Only whole macroblocks have this value.</summary>
    Split,
}

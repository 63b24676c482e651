namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>The five prefix codes of a part of a picture.</summary>
internal struct Vp8LCodeGroup
{
    /// <summary>The number of symbols for lengths of copied pixels, which follow the 256 levels of green.</summary>
    public const int LengthSymbols = 24;

    /// <summary>The number of symbols for distances.</summary>
    public const int DistanceSymbols = 40;

    public const int MaxCacheBits = 11;
    public const int MaxSymbols = 256 + LengthSymbols + (1 << MaxCacheBits);

    /// <summary>The code of green levels, lengths, and colours in the cache.</summary>
    public Vp8LCode Green;

    public Vp8LCode Red;

    public Vp8LCode Blue;

    public Vp8LCode Alpha;

    public Vp8LCode Distance;

    /// <summary>Whether all pixels have the same red, blue and alpha, which then take no bits.</summary>
    public bool IsGreenOnly;

    /// <summary>Those levels, at their places in a pixel.</summary>
    public uint Others;
}

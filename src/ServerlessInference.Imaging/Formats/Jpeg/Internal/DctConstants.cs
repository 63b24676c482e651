namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>The constants of the integer inverse DCT, scaled by 2^13.</summary>
/// <remarks>
/// Source: C. Loeffler, A. Ligtenberg, G. Moschytz, "Practical Fast 1-D DCT Algorithms with 11 Multiplications", ICASSP 1989. The sums are
/// rearranged so that every output is a sum of products of two inputs, which one vector instruction computes; the results equal those of
/// libjpeg's "islow" method. cN is cos(Nπ/16)·√2.
/// </remarks>
internal static class DctConstants
{
    /// <summary>The number of fraction bits of the constants.</summary>
    public const int ConstBits = 13;

    /// <summary>The number of fraction bits that the first pass keeps for the second.</summary>
    public const int PassBits = 2;

    /// <summary>The number of bits that the first pass shifts out.</summary>
    public const int FirstShift = ConstBits - PassBits;

    /// <summary>The number of bits that the second pass shifts out. It includes the division by 8 of the two passes together.</summary>
    public const int SecondShift = ConstBits + PassBits + 3;

    /// <summary>c6.</summary>
    public const short C6 = 4433;

    /// <summary>c2.</summary>
    public const short C2 = 4433 + 6270;

    /// <summary>
    /// −c2. It is the difference of two rounded constants, as in libjpeg, and so not exactly the negative of <see cref="C2"/>.
    /// </summary>
    public const short MinusC2 = 4433 - 15137;

    /// <summary>c3.</summary>
    public const short C3 = 9633;

    /// <summary>c3 − (c3 + c5).</summary>
    public const short MinusC5 = 9633 - 16069;

    /// <summary>c3 + (c5 − c3).</summary>
    public const short C5 = 9633 - 3196;

    /// <summary>The factor of input 7 in output pair 0.</summary>
    public const short Odd0Own = 2446 - 7373;

    /// <summary>c7 − c3, shared by inputs 7 and 1.</summary>
    public const short OddOuter = -7373;

    /// <summary>The factor of input 1 in output pair 3.</summary>
    public const short Odd3Own = 12299 - 7373;

    /// <summary>The factor of input 5 in output pair 1.</summary>
    public const short Odd1Own = 16819 - 20995;

    /// <summary>−c1 − c3, shared by inputs 5 and 3.</summary>
    public const short OddInner = -20995;

    /// <summary>The factor of input 3 in output pair 2.</summary>
    public const short Odd2Own = 25172 - 20995;
}

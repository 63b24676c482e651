namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>The weights with which <see cref="BlockSmoother"/> estimates coefficients from 5 by 5 DC values, row by row.</summary>
/// <remarks>Source: ITU-T T.81, annex K.8, in the wider form of libjpeg-turbo 2.1 and later. The weights are in 1/256.</remarks>
internal static class SmoothingKernels
{
    /// <summary>The number of coefficients that are estimated if some AC coefficients are known: zigzag indices 1 to 5.</summary>
    public const int PartialCount = 5;

    /// <summary>The number of AC coefficients that are estimated if only DC values are known: zigzag indices 1 to 9.</summary>
    public const int DcOnlyCount = 9;

    public const int Length = 25;

    private static ReadOnlySpan<short> Partial =>
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -7, 50, 0, -50, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, -7, 0, 0, 0, 0, 50, 0, 0, 0, 0, 0, 0, 0, 0, 0, -50, 0, 0, 0, 0, 7, 0, 0,
        0, 0, -1, 0, 0, 0, 0, 13, 0, 0, 0, 0, -24, 0, 0, 0, 0, 13, 0, 0, 0, 0, -1, 0, 0,
        0, -1, 0, 1, 0, -1, 10, 0, -10, 1, 0, 0, 0, 0, 0, 1, -10, 0, 10, -1, 0, 1, 0, -1, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, 13, -24, 13, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    private static ReadOnlySpan<short> DcOnly =>
    [
        -1, -1, 0, 1, 1, -3, 13, 0, -13, 3, -3, 38, 0, -38, 3, -3, 13, 0, -13, 3, -1, -1, 0, 1, 1,
        -1, -3, -3, -3, -1, -1, 13, 38, 13, -1, 0, 0, 0, 0, 0, 1, -13, -38, -13, 1, 1, 3, 3, 3, 1,
        0, 0, 1, 0, 0, 0, 2, 7, 2, 0, 0, -5, -14, -5, 0, 0, 2, 7, 2, 0, 0, 0, 1, 0, 0,
        -1, 0, 0, 0, 1, 0, 9, 0, -9, 0, 0, 0, 0, 0, 0, 0, -9, 0, 9, 0, 1, 0, 0, 0, -1,
        0, 0, 0, 0, 0, 0, 2, -5, 2, 0, 1, 7, -14, 7, 1, 0, 2, -5, 2, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 1, 0, -1, 0, 0, 2, 0, -2, 0, 0, 1, 0, -1, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 1, -3, 1, 0, 0, 0, 0, 0, 0, 0, -1, 3, -1, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 1, 0, -1, 0, 0, -3, 0, 3, 0, 0, 1, 0, -1, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 1, 2, 1, 0, 0, 0, 0, 0, 0, 0, -1, -2, -1, 0, 0, 0, 0, 0, 0,
    ];

    /// <summary>Gets the weights of the DC value itself, which is smoothed if only DC values are known.</summary>
    public static ReadOnlySpan<short> Dc =>
    [
        -2, -6, -8, -6, -2, -6, 6, 42, 6, -6, -8, 42, 152, 42, -8, -6, 6, 42, 6, -6, -2, -6, -8, -6, -2,
    ];

    /// <summary>Gets the weights of an AC coefficient.</summary>
    /// <param name="index">The zigzag index of the coefficient, from 1.</param>
    /// <param name="dcOnly">Whether only DC values are known.</param>
    /// <returns>The 25 weights.</returns>
    public static ReadOnlySpan<short> Ac(int index, bool dcOnly) => (dcOnly ? DcOnly : Partial).Slice((index - 1) * Length, Length);
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ServerlessInference.Imaging.Processing;

/// <summary>Separates the colours of a row of RGB pixels, 16 pixels at a time, and writes the normalised values to three planes.</summary>
internal static unsafe class PlanarKernel
{
    private const byte None = ByteShuffle.None;
    private const int Step = 16;

    /// <summary>Gets a value indicating whether the processor has 256-bit vectors with fused multiply-add.</summary>
    public static bool IsWideSupported => Avx2.IsSupported && Fma.IsSupported;

    /// <summary>Writes as many pixels as fill whole steps of 16.</summary>
    /// <param name="row">The pixels: red, green, blue of each.</param>
    /// <param name="count">The number of pixels.</param>
    /// <param name="normalizer">The constants; <see cref="PixelNormalizer.CanCompute"/> is true.</param>
    /// <param name="red">Receives the values of red.</param>
    /// <param name="green">Receives the values of green.</param>
    /// <param name="blue">Receives the values of blue.</param>
    /// <param name="wide">Whether to use 256-bit vectors if the processor has them. The values are the same either way.</param>
    /// <returns>The number of pixels written. The caller writes the remaining ones, fewer than 16.</returns>
    public static int Run(byte* row, int count, PixelNormalizer normalizer, float* red, float* green, float* blue, bool wide)
    {
        int done = 0;
        for (; done + Step <= count; done += Step, row += 3 * Step)
        {
            (Vector128<byte> reds, Vector128<byte> greens, Vector128<byte> blues) = Split(row);
            if (Avx2.IsSupported && Fma.IsSupported && wide)
            {
                Write256(reds, normalizer, 0, red + done);
                Write256(greens, normalizer, 1, green + done);
                Write256(blues, normalizer, 2, blue + done);
            }
            else
            {
                Write128(reds, normalizer, 0, red + done);
                Write128(greens, normalizer, 1, green + done);
                Write128(blues, normalizer, 2, blue + done);
            }
        }

        return done;
    }

    /// <summary>Separates the colours of 16 pixels.</summary>
    /// <remarks>
    /// 16 pixels are 48 bytes in three vectors. Red is every third byte: bytes 0, 3, … 15 of the first vector, 2, 5, … 14 of the second and
    /// 1, 4, … 13 of the third. Each shuffle moves its bytes to their final place and sets the others to zero, so that a bitwise or joins
    /// them. Green and blue start one and two bytes later.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector128<byte> Red, Vector128<byte> Green, Vector128<byte> Blue) Split(byte* row)
    {
        Vector128<byte> a = Vector128.Load(row);
        Vector128<byte> b = Vector128.Load(row + 16);
        Vector128<byte> c = Vector128.Load(row + 32);
        Vector128<byte> red =
            ByteShuffle.Shuffle(a, Vector128.Create(0, 3, 6, 9, 12, 15, None, None, None, None, None, None, None, None, None, None))
            | ByteShuffle.Shuffle(b, Vector128.Create(None, None, None, None, None, None, 2, 5, 8, 11, 14, None, None, None, None, None))
            | ByteShuffle.Shuffle(c, Vector128.Create(None, None, None, None, None, None, None, None, None, None, None, 1, 4, 7, 10, 13));
        Vector128<byte> green =
            ByteShuffle.Shuffle(a, Vector128.Create(1, 4, 7, 10, 13, None, None, None, None, None, None, None, None, None, None, None))
            | ByteShuffle.Shuffle(b, Vector128.Create(None, None, None, None, None, 0, 3, 6, 9, 12, 15, None, None, None, None, None))
            | ByteShuffle.Shuffle(c, Vector128.Create(None, None, None, None, None, None, None, None, None, None, None, 2, 5, 8, 11, 14));
        Vector128<byte> blue =
            ByteShuffle.Shuffle(a, Vector128.Create(2, 5, 8, 11, 14, None, None, None, None, None, None, None, None, None, None, None))
            | ByteShuffle.Shuffle(b, Vector128.Create(None, None, None, None, None, 1, 4, 7, 10, 13, None, None, None, None, None, None))
            | ByteShuffle.Shuffle(c, Vector128.Create(None, None, None, None, None, None, None, None, None, None, 0, 3, 6, 9, 12, 15));
        return (red, green, blue);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write256(Vector128<byte> samples, PixelNormalizer normalizer, int channel, float* to)
    {
        Avx.Store(to, Normalize(Avx2.ConvertToVector256Int32(samples), normalizer, channel));
        Avx.Store(to + 8, Normalize(Avx2.ConvertToVector256Int32(Sse2.ShiftRightLogical128BitLane(samples, 8)), normalizer, channel));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write128(Vector128<byte> samples, PixelNormalizer normalizer, int channel, float* to)
    {
        (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(samples);
        Normalize(Vector128.WidenLower(low), normalizer, channel).Store(to);
        Normalize(Vector128.WidenUpper(low), normalizer, channel).Store(to + 4);
        Normalize(Vector128.WidenLower(high), normalizer, channel).Store(to + 8);
        Normalize(Vector128.WidenUpper(high), normalizer, channel).Store(to + 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Normalize(Vector256<int> pixels, PixelNormalizer normalizer, int channel)
    {
        Vector256<float> scaled = Divide(
            Avx.ConvertToVector256Single(pixels), Vector256.Create(normalizer.Divisor), Vector256.Create(normalizer.DivisorReciprocal));
        // The branch depends on the settings only, so the processor predicts it correctly after the first pixels.
        return normalizer.Normalizes
            ? Divide(
                Avx.Subtract(scaled, Vector256.Create(normalizer.Means[channel])),
                Vector256.Create(normalizer.Deviations[channel]),
                Vector256.Create(normalizer.DeviationReciprocals[channel]))
            : scaled;
    }

    // The same operations in the same order as PixelNormalizer.Divide, which explains them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Divide(Vector256<float> value, Vector256<float> divisor, Vector256<float> reciprocal)
    {
        Vector256<float> quotient = Avx.Multiply(value, reciprocal);
        return Fma.MultiplyAdd(Fma.MultiplyAddNegated(divisor, quotient, value), reciprocal, quotient);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Normalize(Vector128<uint> pixels, PixelNormalizer normalizer, int channel)
    {
        Vector128<float> scaled = Divide(
            Vector128.ConvertToSingle(pixels.AsInt32()),
            Vector128.Create(normalizer.Divisor),
            Vector128.Create(normalizer.DivisorReciprocal));
        return normalizer.Normalizes
            ? Divide(
                scaled - Vector128.Create(normalizer.Means[channel]),
                Vector128.Create(normalizer.Deviations[channel]),
                Vector128.Create(normalizer.DeviationReciprocals[channel]))
            : scaled;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Divide(Vector128<float> value, Vector128<float> divisor, Vector128<float> reciprocal)
    {
        Vector128<float> quotient = value * reciprocal;
        return Vector128.FusedMultiplyAdd(Vector128.FusedMultiplyAdd(-divisor, quotient, value), reciprocal, quotient);
    }
}

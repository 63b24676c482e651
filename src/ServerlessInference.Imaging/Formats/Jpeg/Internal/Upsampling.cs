using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>Computes one full-width row of samples from one or two rows of a subsampled component.</summary>
/// <remarks>
/// The triangle filters weight the nearer sample with 3/4 and the farther one with 1/4 in each direction. The rounding constants alternate,
/// so that the rounding does not make the image brighter or darker, as in libjpeg's "fancy upsampling". All methods may read and write up
/// to <see cref="Slack"/> bytes more than requested.
/// </remarks>
internal static unsafe class Upsampling
{
    /// <summary>The number of bytes after a row, and for reading also before it, that the methods may access.</summary>
    public const int Slack = 64;

    /// <summary>Doubles the width of a row.</summary>
    /// <param name="row">The row. The bytes just before and after it are overwritten.</param>
    /// <param name="count">The number of samples in the row.</param>
    /// <param name="target">Receives twice as many samples.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FancyHorizontal(byte* row, int count, byte* target)
    {
        // The first and the last sample have no outer neighbour, so they are repeated.
        row[-1] = row[0];
        row[count] = row[count - 1];
        for (int x = 0; x < count; x += 16)
        {
            Vector128<byte> near = Vector128.Load(row + x);
            Vector128<byte> before = Vector128.Load(row + x - 1);
            Vector128<byte> after = Vector128.Load(row + x + 1);
            Horizontal(Vector128.WidenLower(near), Vector128.WidenLower(before), Vector128.WidenLower(after))
                .Store(target + (2 * x));
            Horizontal(Vector128.WidenUpper(near), Vector128.WidenUpper(before), Vector128.WidenUpper(after))
                .Store(target + (2 * x) + 16);
        }
    }

    /// <summary>Blends two rows.</summary>
    /// <param name="near">The row that contains the new row.</param>
    /// <param name="far">The adjacent row on the side of the new row.</param>
    /// <param name="count">The number of samples.</param>
    /// <param name="below">Whether <paramref name="far"/> is below <paramref name="near"/>.</param>
    /// <param name="target">Receives as many samples.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FancyVertical(byte* near, byte* far, int count, bool below, byte* target)
    {
        Vector128<ushort> bias = Vector128.Create((ushort)(below ? 2 : 1));
        for (int x = 0; x < count; x += 16)
        {
            Vector128<byte> nearSamples = Vector128.Load(near + x);
            Vector128<byte> farSamples = Vector128.Load(far + x);
            Vector128<ushort> low = (Mix(Vector128.WidenLower(nearSamples), Vector128.WidenLower(farSamples)) + bias) >> 2;
            Vector128<ushort> high = (Mix(Vector128.WidenUpper(nearSamples), Vector128.WidenUpper(farSamples)) + bias) >> 2;
            Vector128.Narrow(low, high).Store(target + x);
        }
    }

    /// <summary>Blends two rows and doubles the width of the result.</summary>
    /// <param name="near">The row that contains the new row.</param>
    /// <param name="far">The adjacent row on the side of the new row.</param>
    /// <param name="count">The number of samples.</param>
    /// <param name="sums">A buffer for <paramref name="count"/> values, with <see cref="Slack"/> more before and after.</param>
    /// <param name="target">Receives twice as many samples.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FancyBoth(byte* near, byte* far, int count, short* sums, byte* target)
    {
        if (Avx2.IsSupported)
        {
            FancyBoth256(near, far, count, (ushort*)sums, target);
            return;
        }

        for (int x = 0; x < count; x += 16)
        {
            Vector128<byte> nearSamples = Vector128.Load(near + x);
            Vector128<byte> farSamples = Vector128.Load(far + x);
            Mix(Vector128.WidenLower(nearSamples), Vector128.WidenLower(farSamples)).Store((ushort*)sums + x);
            Mix(Vector128.WidenUpper(nearSamples), Vector128.WidenUpper(farSamples)).Store((ushort*)sums + x + 8);
        }

        sums[-1] = sums[0];
        sums[count] = sums[count - 1];
        for (int x = 0; x < count; x += 8)
        {
            Vector128<ushort> center = Vector128.Load((ushort*)sums + x);
            Vector128<ushort> left = (Mix(center, Vector128.Load((ushort*)sums + x - 1)) + Vector128.Create((ushort)8)) >> 4;
            Vector128<ushort> right = (Mix(center, Vector128.Load((ushort*)sums + x + 1)) + Vector128.Create((ushort)7)) >> 4;
            (left | (right << 8)).AsByte().Store(target + (2 * x));
        }
    }

    /// <summary>Repeats the samples of a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="times">The number of times that each sample is written, 1 to 4.</param>
    /// <param name="count">The number of samples to write.</param>
    /// <param name="target">Receives the samples.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Repeat(byte* row, int times, int count, byte* target)
    {
        for (int x = 0; x < count; row++)
        {
            for (int i = 0; i < times; i++)
            {
                target[x++] = *row;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FancyBoth256(byte* near, byte* far, int count, ushort* sums, byte* target)
    {
        Vector256<ushort> three = Vector256.Create((ushort)3);
        for (int x = 0; x < count; x += 16)
        {
            Vector256<ushort> nearSamples = Vector256.WidenLower(Vector128.Load(near + x).ToVector256Unsafe());
            Vector256<ushort> farSamples = Vector256.WidenLower(Vector128.Load(far + x).ToVector256Unsafe());
            ((nearSamples * three) + farSamples).Store(sums + x);
        }

        sums[-1] = sums[0];
        sums[count] = sums[count - 1];
        for (int x = 0; x < count; x += 16)
        {
            Vector256<ushort> center = Vector256.Load(sums + x) * three;
            Vector256<ushort> left = (center + Vector256.Load(sums + x - 1) + Vector256.Create((ushort)8)) >> 4;
            Vector256<ushort> right = (center + Vector256.Load(sums + x + 1) + Vector256.Create((ushort)7)) >> 4;
            (left | (right << 8)).AsByte().Store(target + (2 * x));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> Mix(Vector128<ushort> near, Vector128<ushort> far) => near + near + near + far;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Horizontal(Vector128<ushort> near, Vector128<ushort> before, Vector128<ushort> after)
    {
        // Each sample becomes two adjacent bytes: the left one in the lower half of 16 bits, the right one in the upper half.
        Vector128<ushort> left = (Mix(near, before) + Vector128.Create((ushort)1)) >> 2;
        Vector128<ushort> right = (Mix(near, after) + Vector128.Create((ushort)2)) >> 2;
        return (left | (right << 8)).AsByte();
    }
}

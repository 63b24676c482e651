using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ServerlessInference.Vision.Imaging.Jpeg.Internal;

/// <summary>Makes one full-width row of samples of one or two rows of a subsampled component.</summary>
/// <remarks>
/// The triangle filters give 3/4 of the nearer and 1/4 of the farther sample in each direction, and round alternately up and
/// down, as libjpeg's "fancy upsampling" does. All methods may read and write up to <see cref="Slack"/> bytes more than asked for.
/// </remarks>
internal static unsafe class Upsampling
{
    /// <summary>Bytes behind (and for reading, before) a row that the methods may touch.</summary>
    public const int Slack = 64;

    /// <summary>Doubles a row in width.</summary>
    /// <param name="row">The row; the bytes before and after it are overwritten.</param>
    /// <param name="count">Its samples.</param>
    /// <param name="target">Takes twice as many.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FancyHorizontal(byte* row, int count, byte* target)
    {
        row[-1] = row[0];
        row[count] = row[count - 1];
        for (int x = 0; x < count; x += 16)
        {
            Vector128<byte> near = Vector128.Load(row + x);
            Vector128<byte> before = Vector128.Load(row + x - 1);
            Vector128<byte> after = Vector128.Load(row + x + 1);
            Horizontal(Vector128.WidenLower(near), Vector128.WidenLower(before), Vector128.WidenLower(after)).Store(target + (2 * x));
            Horizontal(Vector128.WidenUpper(near), Vector128.WidenUpper(before), Vector128.WidenUpper(after)).Store(target + (2 * x) + 16);
        }
    }

    /// <summary>Mixes two rows.</summary>
    /// <param name="near">The row that the new one lies in.</param>
    /// <param name="far">The neighbouring row that is nearer to the new one.</param>
    /// <param name="count">Samples.</param>
    /// <param name="below">Whether <paramref name="far"/> lies below.</param>
    /// <param name="target">Takes as many.</param>
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

    /// <summary>Mixes two rows and doubles the result in width.</summary>
    /// <param name="near">The row that the new one lies in.</param>
    /// <param name="far">The neighbouring row that is nearer to the new one.</param>
    /// <param name="count">Samples.</param>
    /// <param name="sums">Room for <paramref name="count"/> and <see cref="Slack"/> values before and after.</param>
    /// <param name="target">Takes twice as many.</param>
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
    /// <param name="times">How often each sample appears, 1 to 4.</param>
    /// <param name="count">Samples wanted.</param>
    /// <param name="target">Takes them.</param>
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
        Vector128<ushort> left = (Mix(near, before) + Vector128.Create((ushort)1)) >> 2;
        Vector128<ushort> right = (Mix(near, after) + Vector128.Create((ushort)2)) >> 2;
        return (left | (right << 8)).AsByte();
    }
}

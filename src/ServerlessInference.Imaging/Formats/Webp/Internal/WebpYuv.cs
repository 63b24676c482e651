using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>Upsamples colours and converts Y, U and V to RGB, with the arithmetic of libwebp's "fancy" upsampling.</summary>
/// <remarks>
/// <para>Upsampling weights the nearest of four samples with 9/16, its neighbours with 3/16 and the one diagonally opposite with
/// 1/16.</para>
/// <para>The conversion is that of ITU-R BT.601 for 16 to 235, with factors over 16,384 whose products are truncated to six fractional
/// bits: 1.164 (Y), 1.596 (V for red), 0.391 (U) and 0.813 (V) for green, 2.018 (U for blue).</para>
/// </remarks>
internal static unsafe class WebpYuv
{
    /// <summary>The number of bytes after a row, and of sums before it, that the methods may access.</summary>
    public const int Slack = 64;

    private const ushort YFactor = 19077;
    private const ushort RedV = 26149;
    private const ushort GreenU = 6419;
    private const ushort GreenV = 13320;
    private const ushort BlueU = 33050;
    private const short RedOffset = -14234;
    private const short GreenOffset = 8708;
    private const short BlueOffset = -17685;

    /// <summary>Computes one full-width row of a colour.</summary>
    /// <param name="near">The row of samples that contains the new row.</param>
    /// <param name="far">The adjacent row on the side of the new row.</param>
    /// <param name="count">The number of samples.</param>
    /// <param name="sums">A buffer for <paramref name="count"/> values, with <see cref="Slack"/> more before and after.</param>
    /// <param name="target">Receives twice as many samples.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Upsample(byte* near, byte* far, int count, ushort* sums, byte* target)
    {
        if (Avx2.IsSupported)
        {
            Upsample256(near, far, count, sums, target);
            return;
        }

        Vector128<ushort> three = Vector128.Create((ushort)3);
        for (int x = 0; x < count; x += 16)
        {
            Vector128<byte> nearSamples = Vector128.Load(near + x);
            Vector128<byte> farSamples = Vector128.Load(far + x);
            ((Vector128.WidenLower(nearSamples) * three) + Vector128.WidenLower(farSamples)).Store(sums + x);
            ((Vector128.WidenUpper(nearSamples) * three) + Vector128.WidenUpper(farSamples)).Store(sums + x + 8);
        }

        // The first and the last sample have no outer neighbour, so they are repeated.
        sums[-1] = sums[0];
        sums[count] = sums[count - 1];
        Vector128<ushort> half = Vector128.Create((ushort)8);
        for (int x = 0; x < count; x += 8)
        {
            Vector128<ushort> center = (Vector128.Load(sums + x) * three) + half;
            Vector128<ushort> left = (center + Vector128.Load(sums + x - 1)) >> 4;
            Vector128<ushort> right = (center + Vector128.Load(sums + x + 1)) >> 4;
            (left | (right << 8)).AsByte().Store(target + (2 * x));
        }
    }

    /// <summary>Converts a row.</summary>
    /// <param name="y">The brightness. As with the others, <see cref="Slack"/> more samples must be readable.</param>
    /// <param name="u">The first colour.</param>
    /// <param name="v">The second colour.</param>
    /// <param name="width">The number of pixels.</param>
    /// <param name="target">Receives exactly <c>3 × width</c> bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Convert(byte* y, byte* u, byte* v, int width, byte* target)
    {
        int x = 0;
        if (Avx2.IsSupported)
        {
            for (; x <= width - 32; x += 32)
            {
                Convert32(y + x, u + x, v + x, target + (3 * x));
            }
        }

        for (; x <= width - 16; x += 16)
        {
            Convert16(y + x, u + x, v + x, target + (3 * x));
        }

        for (; x < width; x++)
        {
            ConvertPixel(y[x], u[x], v[x], target + (3 * x));
        }
    }

    private static void ConvertPixel(int y, int u, int v, byte* target)
    {
        int brightness = (y * YFactor) >> 8;
        target[0] = Clamp(brightness + ((v * RedV) >> 8) + RedOffset);
        target[1] = Clamp(brightness - ((u * GreenU) >> 8) - ((v * GreenV) >> 8) + GreenOffset);
        target[2] = Clamp(brightness + ((u * BlueU) >> 8) + BlueOffset);
    }

    private static byte Clamp(int value) => (byte)Math.Clamp(value >> 6, 0, 255);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Convert16(byte* y, byte* u, byte* v, byte* target)
    {
        Vector128<byte> ys = Vector128.Load(y);
        Vector128<byte> us = Vector128.Load(u);
        Vector128<byte> vs = Vector128.Load(v);
        Half16(
            Vector128.WidenLower(ys) << 8, Vector128.WidenLower(us) << 8, Vector128.WidenLower(vs) << 8,
            out Vector128<short> redL, out Vector128<short> greenL, out Vector128<short> blueL);
        Half16(
            Vector128.WidenUpper(ys) << 8, Vector128.WidenUpper(us) << 8, Vector128.WidenUpper(vs) << 8,
            out Vector128<short> redH, out Vector128<short> greenH, out Vector128<short> blueH);
        RgbInterleave.Store16(
            WebpLanes.PackUnsigned(redL, redH), WebpLanes.PackUnsigned(greenL, greenH), WebpLanes.PackUnsigned(blueL, blueH), target);
    }

    // The samples are in the upper halves, so that the upper half of a product is the product over 256.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Half16(
        Vector128<ushort> y, Vector128<ushort> u, Vector128<ushort> v,
        out Vector128<short> red, out Vector128<short> green, out Vector128<short> blue)
    {
        Vector128<ushort> brightness = WebpLanes.MultiplyHigh(y, YFactor);
        red = ((brightness + WebpLanes.MultiplyHigh(v, RedV)).AsInt16() + Vector128.Create(RedOffset)) >> 6;
        Vector128<ushort> greenPart = WebpLanes.MultiplyHigh(u, GreenU) + WebpLanes.MultiplyHigh(v, GreenV);
        green = ((brightness - greenPart).AsInt16() + Vector128.Create(GreenOffset)) >> 6;

        // The sum may need all 16 bits, so it has no sign, and a negative result becomes 0 here already.
        Vector128<ushort> sum = brightness + WebpLanes.MultiplyHigh(u, BlueU);
        blue = (Vector128.SubtractSaturate(sum, Vector128.Create((ushort)-BlueOffset)) >> 6).AsInt16();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Convert32(byte* y, byte* u, byte* v, byte* target)
    {
        Vector256<byte> ys = Vector256.Load(y);
        Vector256<byte> us = Vector256.Load(u);
        Vector256<byte> vs = Vector256.Load(v);
        Vector256<byte> zero = Vector256<byte>.Zero;
        Half32(
            Avx2.UnpackLow(zero, ys).AsUInt16(), Avx2.UnpackLow(zero, us).AsUInt16(), Avx2.UnpackLow(zero, vs).AsUInt16(),
            out Vector256<short> redL, out Vector256<short> greenL, out Vector256<short> blueL);
        Half32(
            Avx2.UnpackHigh(zero, ys).AsUInt16(), Avx2.UnpackHigh(zero, us).AsUInt16(), Avx2.UnpackHigh(zero, vs).AsUInt16(),
            out Vector256<short> redH, out Vector256<short> greenH, out Vector256<short> blueH);
        RgbInterleave.Store32(
            Avx2.PackUnsignedSaturate(redL, redH),
            Avx2.PackUnsignedSaturate(greenL, greenH),
            Avx2.PackUnsignedSaturate(blueL, blueH),
            target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Half32(
        Vector256<ushort> y, Vector256<ushort> u, Vector256<ushort> v,
        out Vector256<short> red, out Vector256<short> green, out Vector256<short> blue)
    {
        Vector256<ushort> brightness = Avx2.MultiplyHigh(y, Vector256.Create(YFactor));
        red = ((brightness + Avx2.MultiplyHigh(v, Vector256.Create(RedV))).AsInt16() + Vector256.Create(RedOffset)) >> 6;
        Vector256<ushort> greenPart = Avx2.MultiplyHigh(u, Vector256.Create(GreenU)) + Avx2.MultiplyHigh(v, Vector256.Create(GreenV));
        green = ((brightness - greenPart).AsInt16() + Vector256.Create(GreenOffset)) >> 6;
        Vector256<ushort> sum = brightness + Avx2.MultiplyHigh(u, Vector256.Create(BlueU));
        blue = (Avx2.SubtractSaturate(sum, Vector256.Create((ushort)-BlueOffset)) >> 6).AsInt16();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Upsample256(byte* near, byte* far, int count, ushort* sums, byte* target)
    {
        Vector256<ushort> three = Vector256.Create((ushort)3);
        for (int x = 0; x < count; x += 16)
        {
            Vector256<ushort> nearSamples = Avx2.ConvertToVector256Int16(Vector128.Load(near + x)).AsUInt16();
            Vector256<ushort> farSamples = Avx2.ConvertToVector256Int16(Vector128.Load(far + x)).AsUInt16();
            ((nearSamples * three) + farSamples).Store(sums + x);
        }

        sums[-1] = sums[0];
        sums[count] = sums[count - 1];
        Vector256<ushort> half = Vector256.Create((ushort)8);
        for (int x = 0; x < count; x += 16)
        {
            Vector256<ushort> center = (Vector256.Load(sums + x) * three) + half;
            Vector256<ushort> left = (center + Vector256.Load(sums + x - 1)) >> 4;
            Vector256<ushort> right = (center + Vector256.Load(sums + x + 1)) >> 4;
            (left | (right << 8)).AsByte().Store(target + (2 * x));
        }
    }
}

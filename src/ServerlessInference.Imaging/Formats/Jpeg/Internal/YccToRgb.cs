using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>Converts rows of Y, Cb and Cr to RGB.</summary>
/// <remarks>
/// <para>Source: ITU-T T.871 (JFIF). The factors 1.402, 1.772, 0.34414 and 0.71414 are integers over 2^16, and each product (for green, the
/// sum of two products) is rounded once, as in libjpeg.</para>
/// <para>Vector code multiplies only by the fractional parts of the factors, so that 16 bits suffice, and adds the whole parts separately:
/// 1.402 = 1 + 0.402, 1.772 = 2 − 0.228, −0.71414 = −1 + 0.28586. The results are the same.</para>
/// </remarks>
internal static unsafe class YccToRgb
{
    private const short RedFraction = 26345;
    private const short BlueFraction = -14942;
    private const short GreenCb = -22554;
    private const short GreenCr = 18734;

    /// <summary>Converts a row.</summary>
    /// <param name="y">The brightness. As with the others, 32 more samples must be readable.</param>
    /// <param name="cb">The blue difference.</param>
    /// <param name="cr">The red difference.</param>
    /// <param name="width">The number of pixels.</param>
    /// <param name="target">Receives exactly <c>3 × width</c> bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Convert(byte* y, byte* cb, byte* cr, int width, byte* target)
    {
        int x = 0;
        if (Avx2.IsSupported)
        {
            for (; x <= width - 32; x += 32)
            {
                Convert32(y + x, cb + x, cr + x, target + (3 * x));
            }
        }
        else if (Lanes.IsSupported128)
        {
            for (; x <= width - 16; x += 16)
            {
                Convert16(y + x, cb + x, cr + x, target + (3 * x));
            }
        }

        for (; x < width; x++)
        {
            ConvertPixel(y[x], cb[x] - 128, cr[x] - 128, target + (3 * x));
        }
    }

    /// <summary>Converts a pixel.</summary>
    /// <param name="y">The brightness.</param>
    /// <param name="cb">The blue difference, -128 to 127.</param>
    /// <param name="cr">The red difference, -128 to 127.</param>
    /// <param name="target">Receives red, green and blue.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ConvertPixel(int y, int cb, int cr, byte* target)
    {
        const int Half = 1 << 15;
        target[0] = Clamp(y + (((91881 * cr) + Half) >> 16));
        target[1] = Clamp(y + (((-22554 * cb) - (46802 * cr) + Half) >> 16));
        target[2] = Clamp(y + (((116130 * cb) + Half) >> 16));
    }

    private static byte Clamp(int value) => (byte)Math.Clamp(value, 0, 255);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Convert32(byte* y, byte* cb, byte* cr, byte* target)
    {
        Vector256<byte> ys = Vector256.Load(y);
        Vector256<byte> cbs = Vector256.Load(cb);
        Vector256<byte> crs = Vector256.Load(cr);
        Vector256<byte> zero = Vector256<byte>.Zero;
        Half32(
            Avx2.UnpackLow(ys, zero).AsInt16(), Avx2.UnpackLow(cbs, zero).AsInt16(), Avx2.UnpackLow(crs, zero).AsInt16(),
            out Vector256<short> redL, out Vector256<short> greenL, out Vector256<short> blueL);
        Half32(
            Avx2.UnpackHigh(ys, zero).AsInt16(), Avx2.UnpackHigh(cbs, zero).AsInt16(), Avx2.UnpackHigh(crs, zero).AsInt16(),
            out Vector256<short> redH, out Vector256<short> greenH, out Vector256<short> blueH);
        RgbInterleave.Store32(
            Avx2.PackUnsignedSaturate(redL, redH),
            Avx2.PackUnsignedSaturate(greenL, greenH),
            Avx2.PackUnsignedSaturate(blueL, blueH),
            target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Half32(
        Vector256<short> y, Vector256<short> cb, Vector256<short> cr,
        out Vector256<short> red, out Vector256<short> green, out Vector256<short> blue)
    {
        cb -= Vector256.Create((short)128);
        cr -= Vector256.Create((short)128);
        // MultiplyHigh truncates. Twice the factor, plus one, halved, is the product rounded half up: ((2ab >> 16) + 1) >> 1.
        Vector256<short> one = Vector256.Create((short)1);
        red = y + cr + ((Avx2.MultiplyHigh(cr + cr, Vector256.Create(RedFraction)) + one) >> 1);
        blue = y + cb + cb + ((Avx2.MultiplyHigh(cb + cb, Vector256.Create(BlueFraction)) + one) >> 1);
        Vector256<short> factors = Vector256.Create(((int)GreenCr << 16) | (GreenCb & 0xFFFF)).AsInt16();
        Vector256<int> half = Vector256.Create(1 << 15);
        Vector256<int> low = (Avx2.MultiplyAddAdjacent(Avx2.UnpackLow(cb, cr), factors) + half) >> 16;
        Vector256<int> high = (Avx2.MultiplyAddAdjacent(Avx2.UnpackHigh(cb, cr), factors) + half) >> 16;
        green = y - cr + Avx2.PackSignedSaturate(low, high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Convert16(byte* y, byte* cb, byte* cr, byte* target)
    {
        Vector128<byte> ys = Vector128.Load(y);
        Vector128<byte> cbs = Vector128.Load(cb);
        Vector128<byte> crs = Vector128.Load(cr);
        Half16(
            Vector128.WidenLower(ys).AsInt16(), Vector128.WidenLower(cbs).AsInt16(), Vector128.WidenLower(crs).AsInt16(),
            out Vector128<short> redL, out Vector128<short> greenL, out Vector128<short> blueL);
        Half16(
            Vector128.WidenUpper(ys).AsInt16(), Vector128.WidenUpper(cbs).AsInt16(), Vector128.WidenUpper(crs).AsInt16(),
            out Vector128<short> redH, out Vector128<short> greenH, out Vector128<short> blueH);
        RgbInterleave.Store16(
            Lanes.PackUnsignedSaturate(redL, redH),
            Lanes.PackUnsignedSaturate(greenL, greenH),
            Lanes.PackUnsignedSaturate(blueL, blueH),
            target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Half16(
        Vector128<short> y, Vector128<short> cb, Vector128<short> cr,
        out Vector128<short> red, out Vector128<short> green, out Vector128<short> blue)
    {
        cb -= Vector128.Create((short)128);
        cr -= Vector128.Create((short)128);
        red = y + cr + Products(cr, Vector128<short>.Zero, RedFraction, 0);
        blue = y + cb + cb + Products(cb, Vector128<short>.Zero, BlueFraction, 0);
        green = y - cr + Products(cb, cr, GreenCb, GreenCr);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Products(Vector128<short> first, Vector128<short> second, short firstFactor, short secondFactor)
    {
        Vector128<short> factors = Vector128.Create(((int)secondFactor << 16) | (ushort)firstFactor).AsInt16();
        Vector128<int> half = Vector128.Create(1 << 15);
        Vector128<int> low = (Lanes.MultiplyAddPairs(Lanes.InterleaveLow(first, second), factors) + half) >> 16;
        Vector128<int> high = (Lanes.MultiplyAddPairs(Lanes.InterleaveHigh(first, second), factors) + half) >> 16;
        return Lanes.PackSaturate(low, high);
    }
}

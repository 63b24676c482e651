using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>The inverse transforms, whose results are added to predicted pixels. Source: RFC 6386, section 14.</summary>
/// <remarks>
/// Whole blocks are transformed with 16 bits, in which overflow wraps, and blocks of few coefficients with 32 bits, as in libwebp on
/// x86-64. The difference shows only in files whose coefficients no encoder writes.
/// </remarks>
internal static unsafe class Vp8Transform
{
    // The square root of 2 times the cosine of pi/8, minus 1, and the square root of 2 times the sine of pi/8, over 65,536. The second one
    // exceeds 16 bits with sign and is therefore reduced by 1 as well.
    private const int Cosine = 20091;
    private const int Sine = 35468;

    /// <summary>Computes the DCs of 16 blocks (14.3).</summary>
    /// <param name="input">16 coefficients.</param>
    /// <param name="output">Receives each DC as the first of 16 coefficients.</param>
    public static void WalshHadamard(short* input, short* output)
    {
        Vector128<int> r0 = Vector128.WidenLower(Vector128.Load(input));
        Vector128<int> r1 = Vector128.WidenUpper(Vector128.Load(input));
        Vector128<int> r2 = Vector128.WidenLower(Vector128.Load(input + 8));
        Vector128<int> r3 = Vector128.WidenUpper(Vector128.Load(input + 8));
        AddAndSubtract(ref r0, ref r1, ref r2, ref r3);
        Transpose(ref r0, ref r1, ref r2, ref r3);
        AddAndSubtract(ref r0, ref r1, ref r2, ref r3);
        Vector128<int> half = Vector128.Create(3);
        for (int row = 0; row < 4; row++, output += 64)
        {
            output[0] = (short)((r0 + half) >> 3).GetElement(row);
            output[16] = (short)((r1 + half) >> 3).GetElement(row);
            output[32] = (short)((r2 + half) >> 3).GetElement(row);
            output[48] = (short)((r3 + half) >> 3).GetElement(row);
        }
    }

    /// <summary>Adds a block that has only a DC.</summary>
    public static void AddDc(int coefficient, byte* target, nint stride)
    {
        Vector128<short> dc = Vector128.Create((short)((coefficient + 4) >> 3));
        for (int y = 0; y < 4; y++, target += stride)
        {
            Vector128<short> row = Widen(*(uint*)target) + dc;
            *(uint*)target = WebpLanes.PackUnsigned(row, row).AsUInt32().ToScalar();
        }
    }

    /// <summary>Adds a block whose only coefficients are the first ones in zigzag order: 0, 1 and 4.</summary>
    public static void AddFew(short* input, byte* target, nint stride)
    {
        int a = input[0] + 4;
        int c4 = MultiplySine(input[4]);
        int d4 = MultiplyCosine(input[4]);
        int c1 = MultiplySine(input[1]);
        int d1 = MultiplyCosine(input[1]);
        Vector128<int> columns = Vector128.Create(d1, c1, -c1, -d1);
        AddRow(columns + Vector128.Create(a + d4), target);
        AddRow(columns + Vector128.Create(a + c4), target + stride);
        AddRow(columns + Vector128.Create(a - c4), target + (2 * stride));
        AddRow(columns + Vector128.Create(a - d4), target + (3 * stride));
    }

    /// <summary>Adds one block, or two that are next to each other.</summary>
    /// <param name="input">16 coefficients, or 32.</param>
    /// <param name="target">The first pixel.</param>
    /// <param name="stride">The distance between rows.</param>
    /// <param name="both">Whether there are two blocks.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(short* input, byte* target, nint stride, bool both)
    {
        short* second = both ? input + 16 : input;
        Vector128<short> r0 = Vector128.Create(Vector64.Load(input), Vector64.Load(second));
        Vector128<short> r1 = Vector128.Create(Vector64.Load(input + 4), Vector64.Load(second + 4));
        Vector128<short> r2 = Vector128.Create(Vector64.Load(input + 8), Vector64.Load(second + 8));
        Vector128<short> r3 = Vector128.Create(Vector64.Load(input + 12), Vector64.Load(second + 12));
        Pass(ref r0, ref r1, ref r2, ref r3);
        Transpose(ref r0, ref r1, ref r2, ref r3);
        r0 += Vector128.Create((short)4);
        Pass(ref r0, ref r1, ref r2, ref r3);
        Transpose(ref r0, ref r1, ref r2, ref r3);
        if (both)
        {
            AddRow8(r0 >> 3, target);
            AddRow8(r1 >> 3, target + stride);
            AddRow8(r2 >> 3, target + (2 * stride));
            AddRow8(r3 >> 3, target + (3 * stride));
        }
        else
        {
            AddRow4(r0 >> 3, target);
            AddRow4(r1 >> 3, target + stride);
            AddRow4(r2 >> 3, target + (2 * stride));
            AddRow4(r3 >> 3, target + (3 * stride));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddAndSubtract(ref Vector128<int> r0, ref Vector128<int> r1, ref Vector128<int> r2, ref Vector128<int> r3)
    {
        Vector128<int> outer = r0 + r3;
        Vector128<int> inner = r1 + r2;
        Vector128<int> outerDifference = r0 - r3;
        Vector128<int> innerDifference = r1 - r2;
        r0 = outer + inner;
        r1 = outerDifference + innerDifference;
        r2 = outer - inner;
        r3 = outerDifference - innerDifference;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pass(ref Vector128<short> r0, ref Vector128<short> r1, ref Vector128<short> r2, ref Vector128<short> r3)
    {
        const short ReducedSine = unchecked((short)(Sine - 65536));
        Vector128<short> a = r0 + r2;
        Vector128<short> b = r0 - r2;
        Vector128<short> c = WebpLanes.MultiplyHigh(r1, ReducedSine) + r1 - (WebpLanes.MultiplyHigh(r3, Cosine) + r3);
        Vector128<short> d = WebpLanes.MultiplyHigh(r1, Cosine) + r1 + WebpLanes.MultiplyHigh(r3, ReducedSine) + r3;
        r0 = a + d;
        r1 = b + c;
        r2 = b - c;
        r3 = a - d;
    }

    // Transposes the 4x4 values in the lower halves, and those in the upper halves.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(ref Vector128<short> r0, ref Vector128<short> r1, ref Vector128<short> r2, ref Vector128<short> r3)
    {
        Vector128<uint> low01 = WebpLanes.InterleaveLow(r0.AsUInt16(), r1.AsUInt16()).AsUInt32();
        Vector128<uint> low23 = WebpLanes.InterleaveLow(r2.AsUInt16(), r3.AsUInt16()).AsUInt32();
        Vector128<uint> high01 = WebpLanes.InterleaveHigh(r0.AsUInt16(), r1.AsUInt16()).AsUInt32();
        Vector128<uint> high23 = WebpLanes.InterleaveHigh(r2.AsUInt16(), r3.AsUInt16()).AsUInt32();
        Vector128<ulong> first01 = WebpLanes.InterleaveLow(low01, low23).AsUInt64();
        Vector128<ulong> first23 = WebpLanes.InterleaveHigh(low01, low23).AsUInt64();
        Vector128<ulong> second01 = WebpLanes.InterleaveLow(high01, high23).AsUInt64();
        Vector128<ulong> second23 = WebpLanes.InterleaveHigh(high01, high23).AsUInt64();
        r0 = WebpLanes.InterleaveLow(first01, second01).AsInt16();
        r1 = WebpLanes.InterleaveHigh(first01, second01).AsInt16();
        r2 = WebpLanes.InterleaveLow(first23, second23).AsInt16();
        r3 = WebpLanes.InterleaveHigh(first23, second23).AsInt16();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(ref Vector128<int> r0, ref Vector128<int> r1, ref Vector128<int> r2, ref Vector128<int> r3)
    {
        Vector128<ulong> low01 = WebpLanes.InterleaveLow(r0.AsUInt32(), r1.AsUInt32()).AsUInt64();
        Vector128<ulong> low23 = WebpLanes.InterleaveLow(r2.AsUInt32(), r3.AsUInt32()).AsUInt64();
        Vector128<ulong> high01 = WebpLanes.InterleaveHigh(r0.AsUInt32(), r1.AsUInt32()).AsUInt64();
        Vector128<ulong> high23 = WebpLanes.InterleaveHigh(r2.AsUInt32(), r3.AsUInt32()).AsUInt64();
        r0 = WebpLanes.InterleaveLow(low01, low23).AsInt32();
        r1 = WebpLanes.InterleaveHigh(low01, low23).AsInt32();
        r2 = WebpLanes.InterleaveLow(high01, high23).AsInt32();
        r3 = WebpLanes.InterleaveHigh(high01, high23).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow8(Vector128<short> difference, byte* target)
    {
        Vector128<short> row = Vector128.WidenLower(Vector128.CreateScalar(*(ulong*)target).AsByte()).AsInt16() + difference;
        *(ulong*)target = WebpLanes.PackUnsigned(row, row).AsUInt64().ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow4(Vector128<short> difference, byte* target)
    {
        Vector128<short> row = Widen(*(uint*)target) + difference;
        *(uint*)target = WebpLanes.PackUnsigned(row, row).AsUInt32().ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow(Vector128<int> difference, byte* target)
    {
        Vector128<int> row = Vector128.WidenLower(Widen(*(uint*)target)) + (difference >> 3);
        Vector128<short> clamped = Vector128.Narrow(Vector128.Clamp(row, Vector128<int>.Zero, Vector128.Create(255)), default);
        *(uint*)target = WebpLanes.PackUnsigned(clamped, clamped).AsUInt32().ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Widen(uint pixels) => Vector128.WidenLower(Vector128.CreateScalar(pixels).AsByte()).AsInt16();

    private static int MultiplyCosine(int value) => ((value * Cosine) >> 16) + value;

    private static int MultiplySine(int value) => (value * Sine) >> 16;
}

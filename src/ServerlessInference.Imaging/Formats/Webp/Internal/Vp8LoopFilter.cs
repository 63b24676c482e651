using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>Smooths the edges of blocks. Source: RFC 6386, section 15.</summary>
/// <remarks>
/// Sixteen pixels along an edge are filtered at once. Across a horizontal edge, p0 is the row above and q0 the row below; for a vertical
/// edge, the pixels are transposed before and after.
/// </remarks>
internal static unsafe class Vp8LoopFilter
{
    /// <summary>Filters a horizontal edge between rows of brightness, with the filter of simple profiles.</summary>
    /// <param name="edge">The first pixel below the edge.</param>
    /// <param name="stride">The distance between rows.</param>
    /// <param name="limit">The limit of the difference across the edge.</param>
    public static void SimpleHorizontalEdge(byte* edge, int stride, int limit)
    {
        Vector128<byte> p1 = Vector128.Load(edge - (2 * (nint)stride));
        Vector128<byte> p0 = Vector128.Load(edge - stride);
        Vector128<byte> q0 = Vector128.Load(edge);
        Vector128<byte> q1 = Vector128.Load(edge + stride);
        Simple(p1, ref p0, ref q0, q1, limit);
        p0.Store(edge - stride);
        q0.Store(edge);
    }

    /// <summary>Filters a vertical edge between columns of brightness, with the filter of simple profiles.</summary>
    /// <inheritdoc cref="SimpleHorizontalEdge"/>
    public static void SimpleVerticalEdge(byte* edge, int stride, int limit)
    {
        var block = default(Vp8Transposed);
        block.Load(edge - 4, edge - 4 + (8 * (nint)stride), stride);
        Simple(block.P1, ref block.P0, ref block.Q0, block.Q1, limit);
        block.Store(edge - 4, edge - 4 + (8 * (nint)stride), stride);
    }

    /// <summary>Filters a horizontal edge.</summary>
    /// <param name="first">The first of eight pixels below the edge.</param>
    /// <param name="second">The first of eight more pixels: the next ones, or those of another plane.</param>
    /// <param name="stride">The distance between rows.</param>
    /// <param name="limit">The limit of the difference across the edge.</param>
    /// <param name="strength">The other limits.</param>
    /// <param name="inner">Whether the edge is inside a macroblock, which is filtered less.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void HorizontalEdge(byte* first, byte* second, int stride, int limit, Vp8FilterStrength strength, bool inner)
    {
        nint s = stride;
        Vector128<byte> p3 = Load(first - (4 * s), second - (4 * s));
        Vector128<byte> p2 = Load(first - (3 * s), second - (3 * s));
        Vector128<byte> p1 = Load(first - (2 * s), second - (2 * s));
        Vector128<byte> p0 = Load(first - s, second - s);
        Vector128<byte> q0 = Load(first, second);
        Vector128<byte> q1 = Load(first + s, second + s);
        Vector128<byte> q2 = Load(first + (2 * s), second + (2 * s));
        Vector128<byte> q3 = Load(first + (3 * s), second + (3 * s));
        if (inner)
        {
            Inner(p3, p2, ref p1, ref p0, ref q0, ref q1, q2, q3, limit, strength);
        }
        else
        {
            Outer(p3, ref p2, ref p1, ref p0, ref q0, ref q1, ref q2, q3, limit, strength);
            Store(p2, first - (3 * s), second - (3 * s));
            Store(q2, first + (2 * s), second + (2 * s));
        }

        Store(p1, first - (2 * s), second - (2 * s));
        Store(p0, first - s, second - s);
        Store(q0, first, second);
        Store(q1, first + s, second + s);
    }

    /// <summary>Filters a vertical edge.</summary>
    /// <param name="first">The pixel to the right of the edge in the first of eight rows.</param>
    /// <param name="second">The same in the first of eight more rows: the next ones, or those of another plane.</param>
    /// <param name="stride">The distance between rows.</param>
    /// <param name="limit">The limit of the difference across the edge.</param>
    /// <param name="strength">The other limits.</param>
    /// <param name="inner">Whether the edge is inside a macroblock, which is filtered less.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void VerticalEdge(byte* first, byte* second, int stride, int limit, Vp8FilterStrength strength, bool inner)
    {
        var block = default(Vp8Transposed);
        block.Load(first - 4, second - 4, stride);
        if (inner)
        {
            Inner(block.P3, block.P2, ref block.P1, ref block.P0, ref block.Q0, ref block.Q1, block.Q2, block.Q3, limit, strength);
        }
        else
        {
            Outer(
                block.P3, ref block.P2, ref block.P1, ref block.P0, ref block.Q0, ref block.Q1, ref block.Q2, block.Q3, limit, strength);
        }

        block.Store(first - 4, second - 4, stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Simple(
        Vector128<byte> p1, ref Vector128<byte> p0, ref Vector128<byte> q0, Vector128<byte> q1, int limit)
    {
        Vector128<byte> mask = IsWithin(p1, p0, q0, q1, limit);
        Vector128<sbyte> sp0 = Signed(p0);
        Vector128<sbyte> sq0 = Signed(q0);
        Vector128<sbyte> delta = Delta(Signed(p1), sp0, sq0, Signed(q1)) & mask.AsSByte();
        Apply(delta, ref sp0, ref sq0, out _);
        p0 = Unsigned(sp0);
        q0 = Unsigned(sq0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Inner(
        Vector128<byte> p3, Vector128<byte> p2, ref Vector128<byte> p1, ref Vector128<byte> p0,
        ref Vector128<byte> q0, ref Vector128<byte> q1, Vector128<byte> q2, Vector128<byte> q3, int limit, Vp8FilterStrength strength)
    {
        Vector128<sbyte> mask = (IsWithin(p1, p0, q0, q1, limit) & IsSmooth(p3, p2, p1, p0, q0, q1, q2, q3, strength)).AsSByte();
        Vector128<sbyte> high = HasHighVariance(p1, p0, q0, q1, strength).AsSByte();
        Vector128<sbyte> sp1 = Signed(p1);
        Vector128<sbyte> sp0 = Signed(p0);
        Vector128<sbyte> sq0 = Signed(q0);
        Vector128<sbyte> sq1 = Signed(q1);

        // Only edges of high variance consider the outer pixels; only the others change them.
        Vector128<sbyte> difference = Vector128.SubtractSaturate(sq0, sp0);
        Vector128<sbyte> delta = Vector128.SubtractSaturate(sp1, sq1) & high;
        delta = Vector128.AddSaturate(difference, Vector128.AddSaturate(difference, Vector128.AddSaturate(delta, difference))) & mask;
        Apply(delta, ref sp0, ref sq0, out Vector128<sbyte> applied);
        Vector128<sbyte> outer = Vector128.AndNot(HalfUp(applied), high);
        p1 = Unsigned(Vector128.AddSaturate(sp1, outer));
        p0 = Unsigned(sp0);
        q0 = Unsigned(sq0);
        q1 = Unsigned(Vector128.SubtractSaturate(sq1, outer));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Outer(
        Vector128<byte> p3, ref Vector128<byte> p2, ref Vector128<byte> p1, ref Vector128<byte> p0,
        ref Vector128<byte> q0, ref Vector128<byte> q1, ref Vector128<byte> q2, Vector128<byte> q3, int limit, Vp8FilterStrength strength)
    {
        Vector128<sbyte> mask = (IsWithin(p1, p0, q0, q1, limit) & IsSmooth(p3, p2, p1, p0, q0, q1, q2, q3, strength)).AsSByte();
        Vector128<sbyte> high = HasHighVariance(p1, p0, q0, q1, strength).AsSByte();
        Vector128<sbyte> sp2 = Signed(p2);
        Vector128<sbyte> sp1 = Signed(p1);
        Vector128<sbyte> sp0 = Signed(p0);
        Vector128<sbyte> sq0 = Signed(q0);
        Vector128<sbyte> sq1 = Signed(q1);
        Vector128<sbyte> sq2 = Signed(q2);
        Vector128<sbyte> delta = Delta(sp1, sp0, sq0, sq1) & mask;
        Apply(delta & high, ref sp0, ref sq0, out _);
        Vector128<sbyte> wide = Vector128.AndNot(delta, high);

        // The change is 27/128, 18/128 and 9/128 of the delta, with the distance from the edge.
        Vector128<short> low9 = Vector128.WidenLower(wide) * (short)9;
        Vector128<short> high9 = Vector128.WidenUpper(wide) * (short)9;
        Vector128<short> low = low9 + Vector128.Create((short)63);
        Vector128<short> upper = high9 + Vector128.Create((short)63);
        Add(low, upper, ref sp2, ref sq2);
        low += low9;
        upper += high9;
        Add(low, upper, ref sp1, ref sq1);
        Add(low + low9, upper + high9, ref sp0, ref sq0);
        p2 = Unsigned(sp2);
        p1 = Unsigned(sp1);
        p0 = Unsigned(sp0);
        q0 = Unsigned(sq0);
        q1 = Unsigned(sq1);
        q2 = Unsigned(sq2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector128<short> low, Vector128<short> high, ref Vector128<sbyte> p, ref Vector128<sbyte> q)
    {
        // At most 27, so nothing is lost.
        Vector128<sbyte> change = Vector128.Narrow(low >> 7, high >> 7);
        p = Vector128.AddSaturate(p, change);
        q = Vector128.SubtractSaturate(q, change);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Delta(Vector128<sbyte> p1, Vector128<sbyte> p0, Vector128<sbyte> q0, Vector128<sbyte> q1)
    {
        Vector128<sbyte> difference = Vector128.SubtractSaturate(q0, p0);
        Vector128<sbyte> sum = Vector128.AddSaturate(Vector128.SubtractSaturate(p1, q1), difference);
        return Vector128.AddSaturate(difference, Vector128.AddSaturate(difference, sum));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Apply(Vector128<sbyte> delta, ref Vector128<sbyte> p0, ref Vector128<sbyte> q0, out Vector128<sbyte> applied)
    {
        applied = EighthDown(Vector128.AddSaturate(delta, Vector128.Create((sbyte)4)));
        p0 = Vector128.AddSaturate(p0, EighthDown(Vector128.AddSaturate(delta, Vector128.Create((sbyte)3))));
        q0 = Vector128.SubtractSaturate(q0, applied);
    }

    // Processors cannot shift bytes, so 16 bits are shifted, and the bits that came from the neighbour are replaced by the sign.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> EighthDown(Vector128<sbyte> value)
    {
        Vector128<byte> shifted = ((value.AsByte() ^ Vector128.Create((byte)0x80)).AsUInt16() >> 3).AsByte() & Vector128.Create((byte)0x1F);
        return (shifted - Vector128.Create((byte)16)).AsSByte();
    }

    // (value + 1) >> 1 for values from -16 to 15.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> HalfUp(Vector128<sbyte> value)
    {
        Vector128<byte> positive = value.AsByte() + Vector128.Create((byte)(128 + 1));
        return (((positive.AsUInt16() >> 1).AsByte() & Vector128.Create((byte)0x7F)) - Vector128.Create((byte)64)).AsSByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> IsWithin(
        Vector128<byte> p1, Vector128<byte> p0, Vector128<byte> q0, Vector128<byte> q1, int limit)
    {
        // 2 * |p0 - q0| + |p1 - q1| / 2 is at most the limit.
        Vector128<byte> outer = ((Difference(p1, q1) & Vector128.Create((byte)0xFE)).AsUInt16() >> 1).AsByte();
        Vector128<byte> inner = Difference(p0, q0);
        Vector128<byte> sum = Vector128.AddSaturate(Vector128.AddSaturate(inner, inner), outer);
        return IsAtMost(sum, (byte)limit);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> IsSmooth(
        Vector128<byte> p3, Vector128<byte> p2, Vector128<byte> p1, Vector128<byte> p0,
        Vector128<byte> q0, Vector128<byte> q1, Vector128<byte> q2, Vector128<byte> q3, Vp8FilterStrength strength)
    {
        Vector128<byte> p = Vector128.Max(Vector128.Max(Difference(p3, p2), Difference(p2, p1)), Difference(p1, p0));
        Vector128<byte> q = Vector128.Max(Vector128.Max(Difference(q3, q2), Difference(q2, q1)), Difference(q1, q0));
        return IsAtMost(Vector128.Max(p, q), strength.InteriorLimit);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> HasHighVariance(
        Vector128<byte> p1, Vector128<byte> p0, Vector128<byte> q0, Vector128<byte> q1, Vp8FilterStrength strength) =>
        ~IsAtMost(Vector128.Max(Difference(p1, p0), Difference(q1, q0)), strength.HighVariance);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> IsAtMost(Vector128<byte> value, byte limit) =>
        Vector128.Equals(Vector128.SubtractSaturate(value, Vector128.Create(limit)), Vector128<byte>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Difference(Vector128<byte> left, Vector128<byte> right) =>
        Vector128.SubtractSaturate(left, right) | Vector128.SubtractSaturate(right, left);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Signed(Vector128<byte> value) => (value ^ Vector128.Create((byte)0x80)).AsSByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Unsigned(Vector128<sbyte> value) => value.AsByte() ^ Vector128.Create((byte)0x80);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Load(byte* first, byte* second) => Vector128.Create(Vector64.Load(first), Vector64.Load(second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector128<byte> value, byte* first, byte* second)
    {
        value.GetLower().Store(first);
        value.GetUpper().Store(second);
    }
}

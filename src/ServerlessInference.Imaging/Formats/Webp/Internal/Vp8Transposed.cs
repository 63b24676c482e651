using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>Sixteen rows of eight pixels around a vertical edge, as eight columns.</summary>
internal unsafe struct Vp8Transposed
{
    public Vector128<byte> P3, P2, P1, P0, Q0, Q1, Q2, Q3;

    /// <summary>Reads two times eight rows.</summary>
    /// <param name="first">The first pixel of the first row.</param>
    /// <param name="second">The first pixel of the ninth row.</param>
    /// <param name="stride">The distance between rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Load(byte* first, byte* second, nint stride)
    {
        // Rows i and i + 4 share a vector, so that three steps of interleaving give two columns of eight rows each.
        Vector128<byte> r0 = LoadRow(first, first + (4 * stride));
        Vector128<byte> r1 = LoadRow(first + stride, first + (5 * stride));
        Vector128<byte> r2 = LoadRow(first + (2 * stride), first + (6 * stride));
        Vector128<byte> r3 = LoadRow(first + (3 * stride), first + (7 * stride));
        Columns(r0, r1, r2, r3, out Vector128<ulong> a01, out Vector128<ulong> a23, out Vector128<ulong> a45, out Vector128<ulong> a67);
        r0 = LoadRow(second, second + (4 * stride));
        r1 = LoadRow(second + stride, second + (5 * stride));
        r2 = LoadRow(second + (2 * stride), second + (6 * stride));
        r3 = LoadRow(second + (3 * stride), second + (7 * stride));
        Columns(r0, r1, r2, r3, out Vector128<ulong> b01, out Vector128<ulong> b23, out Vector128<ulong> b45, out Vector128<ulong> b67);
        P3 = WebpLanes.InterleaveLow(a01, b01).AsByte();
        P2 = WebpLanes.InterleaveHigh(a01, b01).AsByte();
        P1 = WebpLanes.InterleaveLow(a23, b23).AsByte();
        P0 = WebpLanes.InterleaveHigh(a23, b23).AsByte();
        Q0 = WebpLanes.InterleaveLow(a45, b45).AsByte();
        Q1 = WebpLanes.InterleaveHigh(a45, b45).AsByte();
        Q2 = WebpLanes.InterleaveLow(a67, b67).AsByte();
        Q3 = WebpLanes.InterleaveHigh(a67, b67).AsByte();
    }

    /// <summary>Writes two times eight rows.</summary>
    /// <inheritdoc cref="Load"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(byte* first, byte* second, nint stride)
    {
        StoreRows(
            WebpLanes.InterleaveLow(P3, P2), WebpLanes.InterleaveLow(P1, P0),
            WebpLanes.InterleaveLow(Q0, Q1), WebpLanes.InterleaveLow(Q2, Q3), first, stride);
        StoreRows(
            WebpLanes.InterleaveHigh(P3, P2), WebpLanes.InterleaveHigh(P1, P0),
            WebpLanes.InterleaveHigh(Q0, Q1), WebpLanes.InterleaveHigh(Q2, Q3), second, stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> LoadRow(byte* row, byte* other) => Vector128.Create(Vector64.Load(row), Vector64.Load(other));

    // Each input has row i in its lower half and row i + 4 in its upper half; each output two columns of eight rows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Columns(
        Vector128<byte> r0, Vector128<byte> r1, Vector128<byte> r2, Vector128<byte> r3,
        out Vector128<ulong> c01, out Vector128<ulong> c23, out Vector128<ulong> c45, out Vector128<ulong> c67)
    {
        Vector128<ushort> low01 = WebpLanes.InterleaveLow(r0, r1).AsUInt16();
        Vector128<ushort> low23 = WebpLanes.InterleaveLow(r2, r3).AsUInt16();
        Vector128<ushort> high01 = WebpLanes.InterleaveHigh(r0, r1).AsUInt16();
        Vector128<ushort> high23 = WebpLanes.InterleaveHigh(r2, r3).AsUInt16();
        Vector128<uint> upper03 = WebpLanes.InterleaveLow(low01, low23).AsUInt32();
        Vector128<uint> upper47 = WebpLanes.InterleaveHigh(low01, low23).AsUInt32();
        Vector128<uint> lower03 = WebpLanes.InterleaveLow(high01, high23).AsUInt32();
        Vector128<uint> lower47 = WebpLanes.InterleaveHigh(high01, high23).AsUInt32();
        c01 = WebpLanes.InterleaveLow(upper03, lower03).AsUInt64();
        c23 = WebpLanes.InterleaveHigh(upper03, lower03).AsUInt64();
        c45 = WebpLanes.InterleaveLow(upper47, lower47).AsUInt64();
        c67 = WebpLanes.InterleaveHigh(upper47, lower47).AsUInt64();
    }

    // The inputs have eight rows of two columns each.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRows(
        Vector128<byte> c01, Vector128<byte> c23, Vector128<byte> c45, Vector128<byte> c67, byte* target, nint stride)
    {
        Vector128<uint> left03 = WebpLanes.InterleaveLow(c01.AsUInt16(), c23.AsUInt16()).AsUInt32();
        Vector128<uint> left47 = WebpLanes.InterleaveHigh(c01.AsUInt16(), c23.AsUInt16()).AsUInt32();
        Vector128<uint> right03 = WebpLanes.InterleaveLow(c45.AsUInt16(), c67.AsUInt16()).AsUInt32();
        Vector128<uint> right47 = WebpLanes.InterleaveHigh(c45.AsUInt16(), c67.AsUInt16()).AsUInt32();
        StoreRows(WebpLanes.InterleaveLow(left03, right03).AsByte(), target, stride);
        StoreRows(WebpLanes.InterleaveHigh(left03, right03).AsByte(), target + (2 * stride), stride);
        StoreRows(WebpLanes.InterleaveLow(left47, right47).AsByte(), target + (4 * stride), stride);
        StoreRows(WebpLanes.InterleaveHigh(left47, right47).AsByte(), target + (6 * stride), stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRows(Vector128<byte> rows, byte* target, nint stride)
    {
        rows.GetLower().Store(target);
        rows.GetUpper().Store(target + stride);
    }
}

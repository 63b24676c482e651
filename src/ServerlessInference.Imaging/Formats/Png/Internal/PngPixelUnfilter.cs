using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ServerlessInference.Imaging.Formats.Png;

/// <summary>Reverses the row filters of PNG one pixel at a time. The bytes of a pixel are the elements of one vector.</summary>
/// <remarks>
/// A filtered byte depends on the byte of the same colour in the pixel to the left, which has to be restored first. So a row cannot be
/// restored in long vectors, but all bytes of one pixel can be restored together. Each load reads 8 bytes, whatever the size of the pixel,
/// and the next pixel is loaded before the current one is stored. Both need readable memory after the row; see
/// <see cref="PngUnfilter.Slack"/>.
/// </remarks>
/// <typeparam name="TPixel">The number of bytes per pixel: 3, 4, 6 or 8.</typeparam>
internal static unsafe class PngPixelUnfilter<TPixel>
    where TPixel : struct, IPngPixelBytes
{
    public static bool TryApply(int filter, byte* row, byte* above, int length)
    {
        switch (filter)
        {
            case 0:
                return true;
            case 1:
                Sub(row, length);
                return true;
            case 3:
                Average(row, above, length);
                return true;
            case 4:
                Paeth(row, above, length);
                return true;
            default:
                return false;
        }
    }

    private static void Sub(byte* row, int length)
    {
        Vector128<byte> left = Vector128<byte>.Zero;
        Vector128<byte> next = Load(row);
        for (byte* end = row + length; row < end; row += TPixel.Count)
        {
            Vector128<byte> current = next;
            next = Load(row + TPixel.Count);
            left = current + left;
            Store(row, left);
        }
    }

    // The sum of two bytes needs 9 bits, so the bytes are widened to 16 bits and masked back to 8.
    private static void Average(byte* row, byte* above, int length)
    {
        Vector128<ushort> left = Vector128<ushort>.Zero;
        Vector128<ushort> mask = Vector128.Create((ushort)0xFF);
        Vector128<ushort> next = Widen(row);
        for (byte* end = row + length; row < end; row += TPixel.Count, above += TPixel.Count)
        {
            Vector128<ushort> current = next;
            next = Widen(row + TPixel.Count);
            left = (current + ((left + Widen(above)) >> 1)) & mask;
            Store(row, Vector128.Narrow(left, left));
        }
    }

    // The Paeth predictor is whichever of a (left), b (above) and c (above left) is closest to a + b - c; ties go to a, then b. The
    // distances simplify to |b - c|, |a - c| and |(b - c) + (a - c)|. Comparisons and selects replace the branches of the scalar code.
    private static void Paeth(byte* row, byte* above, int length)
    {
        Vector128<short> a = Vector128<short>.Zero;
        Vector128<short> c = Vector128<short>.Zero;
        Vector128<short> mask = Vector128.Create((short)0xFF);
        Vector128<short> next = Widen(row).AsInt16();
        for (byte* end = row + length; row < end; row += TPixel.Count, above += TPixel.Count)
        {
            Vector128<short> current = next;
            next = Widen(row + TPixel.Count).AsInt16();
            Vector128<short> b = Widen(above).AsInt16();
            Vector128<short> bc = b - c;
            Vector128<short> ac = a - c;
            Vector128<short> pa = Vector128.Abs(bc);
            Vector128<short> pb = Vector128.Abs(ac);
            Vector128<short> pc = Vector128.Abs(bc + ac);
            Vector128<short> smallest = Vector128.Min(pc, Vector128.Min(pa, pb));
            Vector128<short> nearest = Vector128.ConditionalSelect(
                Vector128.Equals(smallest, pa), a, Vector128.ConditionalSelect(Vector128.Equals(smallest, pb), b, c));
            a = (current + nearest) & mask;
            c = b;
            Store(row, Vector128.Narrow(a.AsUInt16(), a.AsUInt16()));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Load(byte* from) => Vector128.CreateScalarUnsafe(*(ulong*)from).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> Widen(byte* from) => Vector128.WidenLower(Load(from));

    // Stores exactly the bytes of the pixel, because the bytes after them have not been restored yet. TPixel.Count is a constant for the
    // compiler, so only one branch remains.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(byte* to, Vector128<byte> pixel)
    {
        if (TPixel.Count == 3)
        {
            uint value = pixel.AsUInt32().ToScalar();
            *(ushort*)to = (ushort)value;
            to[2] = (byte)(value >> 16);
        }
        else if (TPixel.Count == 4)
        {
            *(uint*)to = pixel.AsUInt32().ToScalar();
        }
        else if (TPixel.Count == 6)
        {
            ulong value = pixel.AsUInt64().ToScalar();
            *(uint*)to = (uint)value;
            *(ushort*)(to + 4) = (ushort)(value >> 32);
        }
        else
        {
            *(ulong*)to = pixel.AsUInt64().ToScalar();
        }
    }
}

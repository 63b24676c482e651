using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ServerlessInference.Vision.Imaging.Png.Internal;

/// <summary>Undoes PNG's row filters a pixel at a time, its bytes side by side in a vector of words.</summary>
/// <remarks>Reads up to 8 bytes from each pixel on, and the next pixel before it writes one; see <see cref="PngUnfilter.Slack"/>.</remarks>
/// <typeparam name="TPixel">The bytes of a pixel: 3, 4, 6 or 8.</typeparam>
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
            Vector128<short> least = Vector128.Min(pc, Vector128.Min(pa, pb));
            Vector128<short> nearest = Vector128.ConditionalSelect(
                Vector128.Equals(least, pa), a, Vector128.ConditionalSelect(Vector128.Equals(least, pb), b, c));
            a = (current + nearest) & mask;
            c = b;
            Store(row, Vector128.Narrow(a.AsUInt16(), a.AsUInt16()));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Load(byte* from) => Vector128.CreateScalarUnsafe(*(ulong*)from).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> Widen(byte* from) => Vector128.WidenLower(Load(from));

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

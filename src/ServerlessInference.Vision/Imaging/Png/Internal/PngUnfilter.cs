using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ServerlessInference.Vision.Imaging.Png.Internal;

/// <summary>Undoes PNG's row filters in place. Source: ISO/IEC 15948, clause 9.</summary>
/// <remarks>
/// Rows are read and never written up to <see cref="Slack"/> bytes past their end: the caller's buffers have that room.
/// Pixels of 3 bytes and more are handled as one vector each, since each depends on the one before; bytes above it in "up" in blocks.
/// </remarks>
internal static unsafe class PngUnfilter
{
    /// <summary>Bytes that must be readable behind each row.</summary>
    public const int Slack = 8;

    /// <summary>Undoes the filter of one row.</summary>
    /// <param name="filter">The row's filter byte.</param>
    /// <param name="row">The row, without its filter byte.</param>
    /// <param name="above">The row above, already restored; zeros for the first.</param>
    /// <param name="length">Bytes in the row.</param>
    /// <param name="distance">Bytes from a byte to the one it was predicted from: 1, 2, 3, 4, 6 or 8.</param>
    /// <returns>Whether the filter is one of the five that PNG defines.</returns>
    public static bool TryApply(int filter, byte* row, byte* above, int length, int distance)
    {
        bool vector = Vector128.IsHardwareAccelerated && BitConverter.IsLittleEndian && distance >= 3;
        switch (filter)
        {
            case 0:
                return true;
            case 1:
                Sub(row, length, distance);
                return true;
            case 2:
                Up(row, above, length);
                return true;
            case 3 when vector:
                AverageVector(row, above, length, distance);
                return true;
            case 3:
                Average(row, above, length, distance);
                return true;
            case 4 when vector:
                PaethVector(row, above, length, distance);
                return true;
            case 4:
                Paeth(row, above, length, distance);
                return true;
            default:
                return false;
        }
    }

    private static void Sub(byte* row, int length, int distance)
    {
        if (Vector128.IsHardwareAccelerated && BitConverter.IsLittleEndian && distance >= 3)
        {
            Vector128<byte> left = Vector128<byte>.Zero;
            Vector128<byte> next = Load(row);
            for (int i = 0; i < length; i += distance)
            {
                Vector128<byte> current = next;
                next = Load(row + i + distance);
                left = current + left;
                Store(row + i, left.AsUInt64().ToScalar(), distance);
            }

            return;
        }

        for (int i = distance; i < length; i++)
        {
            row[i] += row[i - distance];
        }
    }

    private static void Up(byte* row, byte* above, int length)
    {
        int i = 0;
        if (Avx2.IsSupported)
        {
            for (; i + Vector256<byte>.Count <= length; i += Vector256<byte>.Count)
            {
                Avx.Store(row + i, Avx2.Add(Avx.LoadVector256(row + i), Avx.LoadVector256(above + i)));
            }
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            for (; i + Vector128<byte>.Count <= length; i += Vector128<byte>.Count)
            {
                (Vector128.Load(row + i) + Vector128.Load(above + i)).Store(row + i);
            }
        }

        for (; i < length; i++)
        {
            row[i] += above[i];
        }
    }

    private static void Average(byte* row, byte* above, int length, int distance)
    {
        for (int i = 0; i < length; i++)
        {
            int left = i < distance ? 0 : row[i - distance];
            row[i] += (byte)((left + above[i]) >> 1);
        }
    }

    private static void AverageVector(byte* row, byte* above, int length, int distance)
    {
        Vector128<ushort> left = Vector128<ushort>.Zero;
        Vector128<ushort> mask = Vector128.Create((ushort)0xFF);
        Vector128<ushort> next = Widen(row);
        for (int i = 0; i < length; i += distance)
        {
            Vector128<ushort> current = next;
            next = Widen(row + i + distance);
            left = (current + ((left + Widen(above + i)) >> 1)) & mask;
            Store(row + i, Vector128.Narrow(left, left).AsUInt64().ToScalar(), distance);
        }
    }

    private static void Paeth(byte* row, byte* above, int length, int distance)
    {
        for (int i = 0; i < length; i++)
        {
            int a = i < distance ? 0 : row[i - distance];
            int b = above[i];
            int c = i < distance ? 0 : above[i - distance];
            int pa = Math.Abs(b - c);
            int pb = Math.Abs(a - c);
            int pc = Math.Abs(a + b - c - c);
            row[i] += (byte)(pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
        }
    }

    private static void PaethVector(byte* row, byte* above, int length, int distance)
    {
        Vector128<short> a = Vector128<short>.Zero;
        Vector128<short> c = Vector128<short>.Zero;
        Vector128<short> mask = Vector128.Create((short)0xFF);
        Vector128<short> next = Widen(row).AsInt16();
        for (int i = 0; i < length; i += distance)
        {
            Vector128<short> current = next;
            next = Widen(row + i + distance).AsInt16();
            Vector128<short> b = Widen(above + i).AsInt16();
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
            Store(row + i, Vector128.Narrow(a.AsUInt16(), a.AsUInt16()).AsUInt64().ToScalar(), distance);
        }
    }

    private static Vector128<byte> Load(byte* from) => Vector128.CreateScalarUnsafe(*(ulong*)from).AsByte();

    private static Vector128<ushort> Widen(byte* from) => Vector128.WidenLower(Load(from));

    private static void Store(byte* to, ulong value, int count)
    {
        switch (count)
        {
            case 3:
                *(ushort*)to = (ushort)value;
                to[2] = (byte)(value >> 16);
                break;
            case 4:
                *(uint*)to = (uint)value;
                break;
            case 6:
                *(uint*)to = (uint)value;
                *(ushort*)(to + 4) = (ushort)(value >> 32);
                break;
            default:
                *(ulong*)to = value;
                break;
        }
    }
}

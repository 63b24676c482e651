using System.Runtime.CompilerServices;

namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>A prefix code as a table that is indexed by the next bits, and further tables for long codes.</summary>
/// <remarks>
/// An entry has the length of the code in its lowest byte and the symbol above. Where a code is longer than the index of the first table,
/// the entry has <see cref="LongCode"/>, the number of bits of the index of the further table, and the offset of that table.
/// </remarks>
internal unsafe struct Vp8LCode
{
    public const int MaxRootBits = 8;
    public const int MaxLength = 15;
    public const uint LongCode = 0x80;

    /// <summary>The table; valid when the tables of all codes have been built.</summary>
    public uint* Table;

    /// <summary>The offset of the table in the memory for all tables.</summary>
    public int Offset;

    public uint Mask;

    public int RootBits;

    /// <summary>Gets a value indicating whether the code has a single symbol, which takes no bits.</summary>
    public readonly bool IsSingle => RootBits == 0;

    /// <summary>Gets the symbol of a code with a single one.</summary>
    public readonly uint SingleSymbol => Table[0] >> 8;

    /// <summary>Reads a symbol. At least <see cref="MaxLength"/> bits must be available.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint Read(ref Vp8LBitReader reader)
    {
        uint entry = Table[(uint)reader.Window & Mask];
        if ((entry & LongCode) != 0)
        {
            reader.Skip(MaxRootBits);
            entry = Table[(entry >> 8) + ((uint)reader.Window & ((1u << (int)(entry & 15)) - 1))];
        }

        reader.Skip((int)(entry & 15));
        return entry >> 8;
    }
}

namespace ServerlessInference.Tokenizers.Unicode;

/// <summary>Canonical composition and compatibility decomposition, from the package's own tables.</summary>
internal static class Composition
{
    /// <summary>Composes two code points; returns -1 if there is no composition.</summary>
    internal static int Compose(int first, int second)
    {
        if ((uint)(first - 0x1100) < 19 && (uint)(second - 0x1161) < 21)
        {
            return 0xAC00 + ((((first - 0x1100) * 21) + (second - 0x1161)) * 28);
        }

        if (CodePoints.IsHangul(first) && (first - 0xAC00) % 28 == 0 && (uint)(second - 0x11A8) < 27)
        {
            return first + second - 0x11A7;
        }

        // No composition has a second part below U+0300, which is what most characters are.
        if (second < 0x300)
        {
            return -1;
        }

        int index = CompositionTable.Keys.BinarySearch(((ulong)first << 21) | (uint)second);
        return index < 0 ? -1 : CompositionTable.Values[index];
    }

    /// <summary>Gets the full compatibility decomposition in UTF-16; that of canonical equivalence if there is no other, and empty if
    /// there is neither.</summary>
    internal static ReadOnlySpan<ushort> Decompose(int codePoint)
    {
        int block = CompatibilityTable.First[Math.Min(codePoint >> 6, CompatibilityTable.First.Length - 1)];
        int index = CompatibilityTable.Second[(block << 6) | (codePoint & 63)];
        return index == 0
            ? CodePoints.Decomposition(codePoint)
            : CompatibilityTable.Pool.Slice(index + 1, CompatibilityTable.Pool[index]);
    }
}

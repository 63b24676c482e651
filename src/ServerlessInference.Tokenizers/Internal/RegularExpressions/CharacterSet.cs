using ServerlessInference.Tokenizers.Unicode;

namespace ServerlessInference.Tokenizers.RegularExpressions;

/// <summary>A set of code points in a regular expression. Immutable and thread-safe.</summary>
/// <remarks>Sets are not expanded: what is not ASCII is decided by the Unicode tables when it occurs.</remarks>
internal abstract class CharacterSet
{
    private ulong _low;
    private ulong _high;
    private bool _hasAscii;

    /// <summary>Whether the set contains a code point.</summary>
    internal bool Contains(int codePoint)
    {
        if (codePoint >= 128)
        {
            return Decide(codePoint);
        }

        if (!_hasAscii)
        {
            FillAscii();
        }

        return (((codePoint < 64 ? _low : _high) >> (codePoint & 63)) & 1) != 0;
    }

    internal static CharacterSet FromRange(int first, int last) => new RangeSet(first, last);

    internal static CharacterSet FromPredicate(Func<int, bool> predicate) => new PredicateSet(predicate);

    internal static CharacterSet FromCategories(uint mask) => new PredicateSet(codePoint => GeneralCategories.IsIn(codePoint, mask));

    internal static CharacterSet Not(CharacterSet set) => new PredicateSet(codePoint => !set.Contains(codePoint));

    internal static CharacterSet Intersect(CharacterSet first, CharacterSet second) =>
        new PredicateSet(codePoint => first.Contains(codePoint) && second.Contains(codePoint));

    internal static CharacterSet Union(List<CharacterSet> sets)
    {
        CharacterSet[] all = [.. sets];
        return all.Length == 1 ? all[0] : new UnionSet(all);
    }

    /// <summary>Adds the code points that differ only in case.</summary>
    internal static CharacterSet IgnoreCase(CharacterSet set) => new PredicateSet(codePoint =>
    {
        if (set.Contains(codePoint))
        {
            return true;
        }

        foreach (int other in CaseFolding.GetEquivalents(codePoint))
        {
            if (set.Contains(other))
            {
                return true;
            }
        }

        return false;
    });

    private protected abstract bool Decide(int codePoint);

    // Two threads may both do this; they write the same bits, and the flag last.
    private void FillAscii()
    {
        ulong low = 0;
        ulong high = 0;
        for (int i = 0; i < 64; i++)
        {
            low |= Decide(i) ? 1UL << i : 0;
            high |= Decide(i + 64) ? 1UL << i : 0;
        }

        Volatile.Write(ref _low, low);
        Volatile.Write(ref _high, high);
        Volatile.Write(ref _hasAscii, true);
    }

    private sealed class RangeSet(int first, int last) : CharacterSet
    {
        private protected override bool Decide(int codePoint) => codePoint >= first && codePoint <= last;
    }

    private sealed class PredicateSet(Func<int, bool> predicate) : CharacterSet
    {
        private protected override bool Decide(int codePoint) => predicate(codePoint);
    }

    private sealed class UnionSet(CharacterSet[] sets) : CharacterSet
    {
        private protected override bool Decide(int codePoint)
        {
            foreach (CharacterSet set in sets)
            {
                if (set.Contains(codePoint))
                {
                    return true;
                }
            }

            return false;
        }
    }
}

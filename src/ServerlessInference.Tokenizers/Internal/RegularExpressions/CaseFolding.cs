using ServerlessInference.Tokenizers.Unicode;

namespace ServerlessInference.Tokenizers.RegularExpressions;

/// <summary>Which characters a regular expression that ignores case takes for the same.</summary>
internal static class CaseFolding
{
    private static Dictionary<int, int[]>? _equivalents;

    /// <summary>Gets the other code points with the same simple case folding.</summary>
    internal static int[] GetEquivalents(int codePoint) =>
        (_equivalents ??= CreateEquivalents()).TryGetValue(codePoint, out int[]? others) ? others : [];

    /// <summary>Gets the simple case folding.</summary>
    internal static int Fold(int codePoint)
    {
        int index = FoldTable.Keys.BinarySearch(codePoint);
        return index < 0 ? codePoint : FoldTable.Values[index];
    }

    /// <summary>Gets the code points whose full case folding is a sequence of folded code points.</summary>
    /// <param name="sequence">Folded code points, the sequence first.</param>
    /// <param name="matches">Receives the code points.</param>
    /// <returns>The length of the longest sequence that was found; 0 if there is none.</returns>
    internal static int FindExpansions(ReadOnlySpan<int> sequence, List<int> matches)
    {
        int longest = 0;
        ReadOnlySpan<int> full = FoldTable.Full;
        for (int i = 0; i < full.Length; i += 4)
        {
            int length = full[i + 3] == 0 ? 2 : 3;
            if (length >= longest && sequence.StartsWith(full.Slice(i + 1, length)))
            {
                if (length > longest)
                {
                    matches.Clear();
                    longest = length;
                }

                matches.Add(full[i]);
            }
        }

        return longest;
    }

    /// <summary>Gets the full case folding of a code point; empty if it is a single code point.</summary>
    internal static ReadOnlySpan<int> GetExpansion(int codePoint)
    {
        ReadOnlySpan<int> full = FoldTable.Full;
        for (int i = 0; i < full.Length; i += 4)
        {
            if (full[i] == codePoint)
            {
                return full.Slice(i + 1, full[i + 3] == 0 ? 2 : 3);
            }
        }

        return [];
    }

    private static Dictionary<int, int[]> CreateEquivalents()
    {
        var classes = new Dictionary<int, List<int>>();
        for (int i = 0; i < FoldTable.Keys.Length; i++)
        {
            int folded = FoldTable.Values[i];
            if (!classes.TryGetValue(folded, out List<int>? members))
            {
                classes[folded] = members = [folded];
            }

            members.Add(FoldTable.Keys[i]);
        }

        var equivalents = new Dictionary<int, int[]>();
        foreach (List<int> members in classes.Values)
        {
            foreach (int member in members)
            {
                equivalents[member] = [.. members.Where(other => other != member)];
            }
        }

        return equivalents;
    }
}

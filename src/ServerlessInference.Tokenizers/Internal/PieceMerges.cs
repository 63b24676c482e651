using System.Text;

namespace ServerlessInference.Tokenizers;

/// <summary>Derives the merges of BPE from the pieces of a SentencePiece model, which does not contain them.</summary>
/// <remarks>As transformers does: each way to join a piece of two others is a merge. Merges of pieces with a higher score come first; of
/// those with the same score, those with the longer parts; otherwise they stay in the order of the pieces.</remarks>
internal static class PieceMerges
{
    /// <summary>Lists the merges in the order in which they apply.</summary>
    /// <param name="ids">The ids of the parts, by their text.</param>
    /// <param name="pieces">The pieces that merges result in, each text once.</param>
    internal static List<(string Left, string Right)> Derive(
        Dictionary<string, int> ids, IReadOnlyList<(string Text, double Score)> pieces)
    {
        var merges = new List<Merge>();
        var local = new List<Merge>();
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach ((string text, double score) in pieces)
        {
            local.Clear();
            int leftLength = 0;
            int length = CountCharacters(text);
            for (int i = 1; i < text.Length; i++)
            {
                if (char.IsLowSurrogate(text[i]))
                {
                    continue;
                }

                leftLength++;
                if (lookup.TryGetValue(text.AsSpan(0, i), out int left) && lookup.TryGetValue(text.AsSpan(i), out int right))
                {
                    local.Add(new Merge(text, i, score, leftLength, length - leftLength, left, right, 0));
                }
            }

            local.Sort(static (a, b) => (a.LeftId, a.RightId).CompareTo((b.LeftId, b.RightId)));
            foreach (Merge merge in local)
            {
                merges.Add(merge with { Order = merges.Count });
            }
        }

        merges.Sort(static (a, b) =>
        {
            int order = b.Score.CompareTo(a.Score);
            order = order != 0 ? order : b.LeftLength.CompareTo(a.LeftLength);
            order = order != 0 ? order : b.RightLength.CompareTo(a.RightLength);
            return order != 0 ? order : a.Order.CompareTo(b.Order);
        });
        return merges.ConvertAll(static merge => (merge.Text[..merge.Split], merge.Text[merge.Split..]));
    }

    private static int CountCharacters(string text)
    {
        int count = 0;
        foreach (Rune _ in text.EnumerateRunes())
        {
            count++;
        }

        return count;
    }

    private readonly record struct Merge(
        string Text, int Split, double Score, int LeftLength, int RightLength, int LeftId, int RightId, int Order);
}

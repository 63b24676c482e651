namespace ServerlessInference.Tokenizers.RegularExpressions;

/// <summary>Characters that ignore case and whose case folding has several characters: <c>ß</c> matches <c>ss</c>, and the other way
/// round.</summary>
internal static class RegexCase
{
    /// <summary>Adds these alternatives to a sequence of literals.</summary>
    internal static RegexNode Expand(RegexNode sequence)
    {
        RegexNode result = RegexNode.Create(RegexNode.NodeKind.Sequence);
        var matches = new List<int>();
        List<RegexNode> children = sequence.Children;
        for (int i = 0; i < children.Count;)
        {
            Span<int> folded = [Fold(children, i), Fold(children, i + 1), Fold(children, i + 2)];
            int length = folded[0] == 0 ? 0 : CaseFolding.FindExpansions(folded, matches);
            if (length > 0)
            {
                RegexNode written = RegexNode.Create(RegexNode.NodeKind.Sequence);
                written.Children.AddRange(children.GetRange(i, length));
                result.Children.Add(RegexNode.Create(RegexNode.NodeKind.Alternation, written, CreateSet(matches)));
                i += length;
                continue;
            }

            result.Children.Add(ExpandOne(children[i]));
            i++;
        }

        return result;
    }

    private static RegexNode ExpandOne(RegexNode node)
    {
        ReadOnlySpan<int> expansion = node.Literal >= 0 ? CaseFolding.GetExpansion(node.Literal)
            : node.Folded > 0 ? CaseFolding.GetExpansion(node.Folded)
            : [];
        if (expansion.IsEmpty)
        {
            return node;
        }

        RegexNode spelled = RegexNode.Create(RegexNode.NodeKind.Sequence);
        foreach (int codePoint in expansion)
        {
            spelled.Children.Add(RegexNode.CreateSet(
                CharacterSet.IgnoreCase(CharacterSet.FromRange(codePoint, codePoint))));
        }

        return RegexNode.Create(RegexNode.NodeKind.Alternation, node, spelled);
    }

    private static int Fold(List<RegexNode> children, int index) =>
        index >= children.Count ? 0 : children[index].Folded > 0 ? children[index].Folded : Math.Max(0, children[index].Literal);

    private static RegexNode CreateSet(List<int> codePoints)
    {
        var sets = new List<CharacterSet>();
        foreach (int codePoint in codePoints)
        {
            sets.Add(CharacterSet.FromRange(codePoint, codePoint));
        }

        return RegexNode.CreateSet(CharacterSet.Union(sets));
    }
}

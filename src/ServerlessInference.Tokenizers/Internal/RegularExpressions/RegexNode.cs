namespace ServerlessInference.Tokenizers.RegularExpressions;

/// <summary>A part of a parsed regular expression.</summary>
internal sealed class RegexNode(RegexNode.NodeKind kind)
{
    /// <summary>What a node is.</summary>
    internal enum NodeKind
    {
        /// <summary>Matches the empty text.</summary>
        Empty,

        /// <summary>A character of a set.</summary>
        Set,

        /// <summary>All children, one after the other.</summary>
        Sequence,

        /// <summary>The first child that leads to a match.</summary>
        Alternation,

        /// <summary>The child, repeated.</summary>
        Repeat,

        /// <summary>The child, without coming back to it.</summary>
        Atomic,

        /// <summary>Whether the child matches what follows or precedes.</summary>
        Look,

        /// <summary>A condition on the position.</summary>
        Assertion,
    }

    internal NodeKind Kind { get; } = kind;

    internal List<RegexNode> Children { get; } = [];

    internal CharacterSet? Set { get; init; }

    /// <summary>Gets the code point of a literal character; -1 for other sets.</summary>
    internal int Literal { get; init; } = -1;

    /// <summary>Gets the case folding of a literal character that ignores case; 0 for others.</summary>
    internal int Folded { get; init; }

    internal RegexAssertion Assertion { get; init; }

    internal int Min { get; init; }

    /// <summary>Gets the largest number of repetitions; -1 for any number.</summary>
    internal int Max { get; init; }

    internal bool IsLazy { get; init; }

    internal bool IsBehind { get; init; }

    internal bool IsNegative { get; init; }

    internal static RegexNode CreateSet(CharacterSet set) => new(NodeKind.Set) { Set = set };

    internal static RegexNode Create(NodeKind kind, params ReadOnlySpan<RegexNode> children)
    {
        var node = new RegexNode(kind);
        foreach (RegexNode child in children)
        {
            node.Children.Add(child);
        }

        return node;
    }

    /// <summary>Computes how many characters a node matches; the maximum is -1 if it is not limited.</summary>
    internal (int Min, int Max) Measure()
    {
        switch (Kind)
        {
            case NodeKind.Set:
                return (1, 1);
            case NodeKind.Sequence:
                (int Min, int Max) sum = (0, 0);
                foreach (RegexNode child in Children)
                {
                    (int min, int max) = child.Measure();
                    sum = (sum.Min + min, sum.Max < 0 || max < 0 ? -1 : sum.Max + max);
                }

                return sum;
            case NodeKind.Alternation:
                (int Min, int Max) all = Children[0].Measure();
                foreach (RegexNode child in Children)
                {
                    (int min, int max) = child.Measure();
                    all = (Math.Min(all.Min, min), all.Max < 0 || max < 0 ? -1 : Math.Max(all.Max, max));
                }

                return all;
            case NodeKind.Repeat:
                (int least, int most) = Children[0].Measure();
                return (least * Min, most < 0 || Max < 0 ? -1 : most * Max);
            case NodeKind.Atomic:
                return Children[0].Measure();
            default:
                return (0, 0);
        }
    }
}

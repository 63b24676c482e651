using ServerlessInference.Tokenizers.RegularExpressions;

namespace ServerlessInference.Tokenizers.Normalization;

/// <summary>Replace: puts a text in the place of every match. It gets the range of the last character that it replaces.</summary>
internal sealed class ReplaceNormalizer(TextPattern pattern, string content) : Normalizer
{
    internal override bool Keeps(ReadOnlySpan<char> text, bool isAscii) => pattern.NeverMatches(text);

    internal override void Apply(AlignedText source, AlignedText target, NormalizerScratch scratch)
    {
        if (pattern is LiteralPattern { Literal: [var old] } && content is [var replacement])
        {
            // One character for another, such as a visible space for a space: the ranges stay as they are.
            target.Add(source, 0, source.Count);
            target.Replace(0, old, replacement);
            return;
        }

        int taken = 0;
        var matches = new MatchIterator(pattern, source.Units, scratch.Matches);
        while (matches.TryNext(out int start, out int end))
        {
            target.Add(source, taken, start);
            if (end == 0)
            {
                target.Add(content, source.Origin, source.Origin);
            }
            else
            {
                target.Add(content, source.Starts[end - 1], source.Ends[end - 1]);
            }

            taken = end;
        }

        target.Add(source, taken, source.Count);
    }
}

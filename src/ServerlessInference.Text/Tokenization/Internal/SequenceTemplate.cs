namespace ServerlessInference.Text.Tokenization.Internal;

/// <summary>How the tokens of one or two texts and the special tokens follow each other.</summary>
internal sealed class SequenceTemplate
{
    /// <summary>The texts one after the other without anything between them.</summary>
    internal static readonly SequenceTemplate Plain = new([new(0, [], 0)], [new(0, [], 0), new(1, [], 1)]);

    private readonly TemplatePiece[] _single;
    private readonly TemplatePiece[] _pair;
    private readonly int _singleCount;
    private readonly int _pairCount;

    internal SequenceTemplate(TemplatePiece[] single, TemplatePiece[] pair)
    {
        _single = single;
        _pair = pair;
        _singleCount = SpecialTokens(single);
        _pairCount = SpecialTokens(pair);
    }

    /// <summary>BERT's template: [CLS] A [SEP], and B [SEP] with type 1 behind it.</summary>
    internal static SequenceTemplate Bert(int classId, int separatorId)
    {
        TemplatePiece begin = new(-1, [classId], 0);
        TemplatePiece end = new(-1, [separatorId], 0);
        TemplatePiece first = new(0, [], 0);
        return new SequenceTemplate([begin, first, end], [begin, first, end, new(1, [], 1), new(-1, [separatorId], 1)]);
    }

    /// <summary>Gets the texts of this template alone, with their types.</summary>
    internal SequenceTemplate WithoutSpecialTokens => field ??= new SequenceTemplate(TextsOf(_single), TextsOf(_pair));

    internal int SpecialTokens(bool pair) => pair ? _pairCount : _singleCount;

    internal ReadOnlySpan<TemplatePiece> Pieces(bool pair) => pair ? _pair : _single;

    private static TemplatePiece[] TextsOf(TemplatePiece[] pieces) => Array.FindAll(pieces, static piece => piece.Sequence >= 0);

    private static int SpecialTokens(TemplatePiece[] pieces)
    {
        int count = 0;
        foreach (TemplatePiece piece in pieces)
        {
            count += piece.Ids.Length;
        }

        return count;
    }
}

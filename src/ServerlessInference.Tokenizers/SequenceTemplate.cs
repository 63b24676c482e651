namespace ServerlessInference.Tokenizers;

/// <summary>The order of texts and special tokens in a sequence of one or two texts.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed class SequenceTemplate
{
    private readonly TemplatePiece[] _single;
    private readonly TemplatePiece[] _pair;
    private readonly int _singleCount;
    private readonly int _pairCount;

    internal SequenceTemplate(TemplatePiece[] single, TemplatePiece[] pair)
    {
        _single = single;
        _pair = pair;
        _singleCount = CountSpecialTokens(single);
        _pairCount = CountSpecialTokens(pair);
    }

    /// <summary>Gets the template without special tokens: the texts one after the other, the second with type id 1.</summary>
    public static SequenceTemplate Plain { get; } = new([new(0, [], 0)], [new(0, [], 0), new(1, [], 1)]);

    /// <summary>Gets whether the type ids of the template hold only for what truncation keeps of a text. In further windows, the tokens of
    /// the first text then have the type id 0 and those of the second 1, as in Hugging Face's tokenizers.</summary>
    internal bool IsForFirstWindow { get; init; }

    /// <summary>Gets the texts of this template, with their type ids and without special tokens.</summary>
    internal SequenceTemplate WithoutSpecialTokens =>
        field ??= new SequenceTemplate(SelectTexts(_single), SelectTexts(_pair)) { IsForFirstWindow = IsForFirstWindow };

    /// <summary>Creates the template of BERT: <c>[CLS] A [SEP]</c> and <c>[CLS] A [SEP] B [SEP]</c>, where B and the token after it have
    /// type id 1.</summary>
    /// <param name="classTokenId">The id of <c>[CLS]</c>.</param>
    /// <param name="separatorTokenId">The id of <c>[SEP]</c>.</param>
    /// <returns>The template.</returns>
    public static SequenceTemplate CreateBert(int classTokenId, int separatorTokenId)
    {
        TemplatePiece begin = new(-1, [classTokenId], 0);
        TemplatePiece end = new(-1, [separatorTokenId], 0);
        TemplatePiece first = new(0, [], 0);
        return new SequenceTemplate(
            [begin, first, end], [begin, first, end, new(1, [], 1), new(-1, [separatorTokenId], 1)]);
    }

    /// <summary>Creates the template of RoBERTa: <c>&lt;s> A &lt;/s></c> and <c>&lt;s> A &lt;/s> &lt;/s> B &lt;/s></c>. All type ids
    /// are 0.</summary>
    internal static SequenceTemplate CreateRoberta(int classTokenId, int separatorTokenId)
    {
        TemplatePiece begin = new(-1, [classTokenId], 0);
        TemplatePiece end = new(-1, [separatorTokenId], 0);
        TemplatePiece first = new(0, [], 0);
        return new SequenceTemplate([begin, first, end], [begin, first, end, end, new(1, [], 0), end]);
    }

    internal int CountSpecialTokens(bool isPair) => isPair ? _pairCount : _singleCount;

    internal ReadOnlySpan<TemplatePiece> GetPieces(bool isPair) => isPair ? _pair : _single;

    private static TemplatePiece[] SelectTexts(TemplatePiece[] pieces) => Array.FindAll(pieces, static piece => piece.Sequence >= 0);

    private static int CountSpecialTokens(TemplatePiece[] pieces)
    {
        int count = 0;
        foreach (TemplatePiece piece in pieces)
        {
            count += piece.Ids.Length;
        }

        return count;
    }
}

using ServerlessInference.Tokenizers;

namespace ServerlessInference.Text.QuestionAnswering;

/// <summary>Collects the best spans of all windows of a context and turns them into answers. Not thread-safe; reused.</summary>
internal sealed class AnswerCollector
{
    private readonly List<SpanScore> _spans = [];
    private readonly List<Answer> _answers = [];
    private float[] _start = [];
    private float[] _end = [];
    private bool[] _allowed = [];
    private float _none;

    /// <summary>Starts a new context.</summary>
    internal void Begin()
    {
        _answers.Clear();
        _none = float.PositiveInfinity;
    }

    /// <summary>Adds the best spans of a window.</summary>
    /// <param name="window">The window; logits beyond its length belong to padding.</param>
    /// <param name="startLogits">The start logits.</param>
    /// <param name="endLogits">The end logits.</param>
    /// <param name="context">The context that the offsets refer to.</param>
    /// <param name="contextSequence">Which text of the window is the context: 0 for the first, 1 for the second.</param>
    /// <param name="classId">The id of <c>[CLS]</c>.</param>
    /// <param name="options">The limits.</param>
    internal void Add(
        TokenEncoding window,
        ReadOnlySpan<float> startLogits,
        ReadOnlySpan<float> endLogits,
        string context,
        int contextSequence,
        int? classId,
        QuestionAnsweringOptions options)
    {
        int count = window.Count;
        if (_start.Length < count)
        {
            _start = new float[count];
            _end = new float[count];
            _allowed = new bool[count];
        }

        startLogits[..count].CopyTo(_start);
        endLogits[..count].CopyTo(_end);

        // Question and context may contain [CLS] as well. Only the token that the tokenizer added means "no answer".
        int noAnswer = FindClassToken(window, classId);
        for (int i = 0; i < count; i++)
        {
            _allowed[i] = window.AttentionMask[i] != 0 && (window.SequenceIds[i] == contextSequence || i == noAnswer);
        }

        float none = SpanSearch.Find(
            _start.AsSpan(0, count),
            _end.AsSpan(0, count),
            _allowed.AsSpan(0, count),
            Math.Max(0, noAnswer),
            options.MaxAnswerTokens,
            options.TopK,
            _spans);
        _none = Math.Min(_none, none);
        foreach (SpanScore span in _spans)
        {
            (int from, int to) = options.AlignToWords
                ? (WordStart(window, span.Start), WordEnd(window, span.End))
                : (window.Offsets[span.Start].Start, window.Offsets[span.End].End);
            _answers.Add(new Answer(context[from..to], span.Score, from, to));
        }
    }

    /// <summary>Takes the best answers of all windows, highest score first; among equal scores the earlier window comes first.</summary>
    internal Answer[] Take(QuestionAnsweringOptions options)
    {
        if (options.AllowNoAnswer || _answers.Count == 0)
        {
            _answers.Add(new Answer(string.Empty, options.AllowNoAnswer ? _none : 0, 0, 0));
        }

        int k = Math.Min(options.TopK, _answers.Count);
        var top = new Answer[k];
        for (int i = 0; i < k; i++)
        {
            int best = 0;
            for (int j = 1; j < _answers.Count; j++)
            {
                best = _answers[j].Score > _answers[best].Score ? j : best;
            }

            top[i] = _answers[best];
            _answers.RemoveAt(best);
        }

        _answers.Clear();
        return top;
    }

    /// <summary>Finds the <c>[CLS]</c> that the tokenizer added; -1 if it added none.</summary>
    private static int FindClassToken(TokenEncoding window, int? classId)
    {
        for (int i = 0; i < window.Count; i++)
        {
            if (window.Ids[i] == classId && window.SequenceIds[i] < 0 && window.AttentionMask[i] != 0)
            {
                return i;
            }
        }

        return -1;
    }

    private static int WordStart(TokenEncoding window, int token)
    {
        int word = window.WordIds[token];
        while (token > 0 && word >= 0 && window.WordIds[token - 1] == word && window.SequenceIds[token - 1] == window.SequenceIds[token])
        {
            token--;
        }

        return window.Offsets[token].Start;
    }

    private static int WordEnd(TokenEncoding window, int token)
    {
        int word = window.WordIds[token];
        while (token + 1 < window.Count && word >= 0 && window.WordIds[token + 1] == word
            && window.SequenceIds[token + 1] == window.SequenceIds[token])
        {
            token++;
        }

        return window.Offsets[token].End;
    }
}

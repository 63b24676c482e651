namespace ServerlessInference.Text.QuestionAnswering;

/// <summary>Finds the best answer spans of a window.</summary>
/// <remarks>
/// <para>Follows <c>select_starts_ends</c> and <c>decode_spans</c> of transformers' question-answering pipeline: the logits of all
/// tokens other than the context and the <c>[CLS]</c> that the tokenizer added become -10,000; start and end logits each go through a
/// softmax over the window; <c>[CLS]</c> is not a candidate, the product of its probabilities is the score of "no answer"; the score of a
/// span is the product of its two probabilities.</para>
/// <para>Takes O(tokens × answer length) time and allocates nothing but the answers.</para>
/// </remarks>
internal static class SpanSearch
{
    private const float Masked = -10000;

    /// <summary>Searches a window.</summary>
    /// <param name="start">The start logits, overwritten with probabilities.</param>
    /// <param name="end">The end logits, overwritten with probabilities.</param>
    /// <param name="allowed">Which tokens are candidates: those of the context, and <c>[CLS]</c>.</param>
    /// <param name="noAnswer">The index of <c>[CLS]</c>; no span contains it.</param>
    /// <param name="maxLength">The maximum length of a span in tokens.</param>
    /// <param name="topK">The maximum number of spans to find.</param>
    /// <param name="best">Overwritten with the best spans, highest score first; among equal scores the earliest comes first.</param>
    /// <returns>The score of "no answer", which is that of <c>[CLS]</c>.</returns>
    internal static float Find(
        Span<float> start,
        Span<float> end,
        ReadOnlySpan<bool> allowed,
        int noAnswer,
        int maxLength,
        int topK,
        List<SpanScore> best)
    {
        best.Clear();
        Softmax(start, allowed);
        Softmax(end, allowed);
        float none = start[noAnswer] * end[noAnswer];
        for (int s = 0; s < start.Length; s++)
        {
            if (!allowed[s] || s == noAnswer)
            {
                continue;
            }

            int limit = (int)Math.Min((long)s + maxLength, end.Length);
            for (int e = s; e < limit; e++)
            {
                float score = start[s] * end[e];
                if (allowed[e] && e != noAnswer && (best.Count < topK || score > best[^1].Score))
                {
                    Insert(best, new SpanScore(s, e, score), topK);
                }
            }
        }

        return none;
    }

    private static void Insert(List<SpanScore> best, SpanScore span, int topK)
    {
        if (best.Count == topK)
        {
            best.RemoveAt(topK - 1);
        }

        int place = best.Count;
        while (place > 0 && span.Score > best[place - 1].Score)
        {
            place--;
        }

        best.Insert(place, span);
    }

    private static void Softmax(Span<float> logits, ReadOnlySpan<bool> allowed)
    {
        float max = Masked;
        for (int i = 0; i < logits.Length; i++)
        {
            logits[i] = allowed[i] ? logits[i] : Masked;
            max = i == 0 ? logits[0] : Math.Max(max, logits[i]);
        }

        double sum = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            double exponential = Math.Exp(logits[i] - (double)max);
            logits[i] = (float)exponential;
            sum += exponential;
        }

        for (int i = 0; i < logits.Length; i++)
        {
            logits[i] = (float)(logits[i] / sum);
        }
    }
}

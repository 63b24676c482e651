using ServerlessInference.Text.QuestionAnswering;

namespace ServerlessInference.Text.Tests.QuestionAnswering;

public sealed class SpanSearchTests
{
    [Fact]
    public void Find_ClearPeaks_GivesTheirSpan()
    {
        List<SpanScore> best = Find([0, 0, 0, 9, 0, 0], [0, 0, 0, 0, 9, 0], maxLength: 15, topK: 1);

        Assert.Equal((3, 4), (best[0].Start, best[0].End));
        Assert.InRange(best[0].Score, 0.99f, 1f);
    }

    [Fact]
    public void Find_EndBeforeStart_IsNotASpan()
    {
        List<SpanScore> best = Find([0, 0, 0, 0, 9, 0], [0, 0, 9, 0, 0, 0], maxLength: 15, topK: 100);

        Assert.All(best, static span => Assert.True(span.Start <= span.End));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Find_AnswerLengthLimit_IsKept(int maxLength)
    {
        List<SpanScore> best = Find([0, 9, 0, 0, 0, 0], [0, 0, 0, 0, 9, 0], maxLength, topK: 100);

        Assert.All(best, span => Assert.True(span.End - span.Start < maxLength));
    }

    [Fact]
    public void Find_EqualScores_TheEarliestSpanFirst()
    {
        List<SpanScore> best = Find([0, 1, 1, 1, 1, 1], [0, 1, 1, 1, 1, 1], maxLength: 1, topK: 3);

        Assert.Equal([1, 2, 3], best.Select(static span => span.Start));
    }

    [Fact]
    public void Find_MaskedTokens_NeitherAnswerNorCount()
    {
        bool[] allowed = [true, false, false, true, true, false];
        float[] start = [0, 50, 50, 1, 1, 50];
        float[] end = [0, 50, 50, 1, 1, 50];
        var best = new List<SpanScore>();
        SpanSearch.Find(start, end, allowed, 0, 15, 10, best);

        Assert.All(best, static span => Assert.True(span.Start is 3 or 4 && span.End is 3 or 4));
        Assert.Equal(1, start.Sum(), 5);
    }

    [Fact]
    public void Find_FirstToken_IsTheScoreOfNoAnswer()
    {
        float[] start = [9, 0, 0];
        float[] end = [9, 0, 0];
        var best = new List<SpanScore>();

        Assert.InRange(SpanSearch.Find(start, end, [true, true, true], 0, 15, 1, best), 0.99f, 1f);
        Assert.InRange(best[0].Score, 0f, 0.01f);
    }

    private static List<SpanScore> Find(float[] start, float[] end, int maxLength, int topK)
    {
        var best = new List<SpanScore>();
        SpanSearch.Find(start, end, Enumerable.Repeat(true, start.Length).ToArray(), 0, maxLength, topK, best);
        return best;
    }
}

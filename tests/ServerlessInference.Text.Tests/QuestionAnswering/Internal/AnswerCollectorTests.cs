using System.Text.Json;
using ServerlessInference.Text.QuestionAnswering;
using ServerlessInference.Tokenizers;

namespace ServerlessInference.Text.Tests.QuestionAnswering;

public sealed class AnswerCollectorTests
{
    private const int ClassId = 2;
    private const float Tolerance = 1e-5f;

    [Fact]
    public void Take_GoldenLogits_EqualToTheNumPyReference()
    {
        byte[] golden = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", "question_answering.json"));
        using JsonDocument document = JsonDocument.Parse(golden);
        var collector = new AnswerCollector();
        string context = new('x', 1000);
        int number = 0;
        foreach (JsonElement item in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            var options = new QuestionAnsweringOptions
            {
                TopK = item.GetProperty("top_k").GetInt32(),
                MaxAnswerTokens = item.GetProperty("max_answer").GetInt32(),
                AllowNoAnswer = item.GetProperty("no_answer").GetBoolean(),
                AlignToWords = item.GetProperty("align").GetBoolean(),
            };
            collector.Begin();
            foreach (JsonElement window in item.GetProperty("windows").EnumerateArray())
            {
                collector.Add(Window(window), Floats(window, "start"), Floats(window, "end"), context, 1, ClassId, options);
            }

            Answer[] answers = collector.Take(options);
            JsonElement[] expected = [.. item.GetProperty("answers").EnumerateArray()];
            Assert.Equal(expected.Length, answers.Length);
            for (int i = 0; i < answers.Length; i++)
            {
                double score = expected[i].GetProperty("score").GetDouble();
                int start = expected[i].GetProperty("start").GetInt32();
                int end = expected[i].GetProperty("end").GetInt32();
                Assert.True(Math.Abs(score - answers[i].Score) < Tolerance, $"case {number}, answer {i}: {answers[i].Score}");
                Assert.True(
                    (start, end) == (answers[i].Start, answers[i].End),
                    $"case {number}, answer {i}: {answers[i].Start}-{answers[i].End}");
            }

            number++;
        }

        Assert.Equal(40, number);
    }

    [Fact]
    public void Take_NoWindow_GivesAnEmptyAnswer()
    {
        var collector = new AnswerCollector();
        collector.Begin();

        Assert.Equal([new Answer(string.Empty, 0, 0, 0)], collector.Take(new QuestionAnsweringOptions()));
    }

    private static TokenEncoding Window(JsonElement window)
    {
        int[] ids = Integers(window, "ids");
        int[] sequences = Integers(window, "sequence");
        int[] words = Integers(window, "words");
        int[] attention = Integers(window, "attention");
        TextRange[] offsets = [.. window.GetProperty("offsets").EnumerateArray()
            .Select(static range => new TextRange(range[0].GetInt32(), range[1].GetInt32()))];
        var encoding = new TokenEncoding();
        int real = attention.Count(static a => a == 1);
        for (int i = 0; i < real; i++)
        {
            if (sequences[i] < 0)
            {
                encoding.AddSpecialTokens(ids.AsSpan(i, 1));
            }
            else
            {
                encoding.AddTokens(ids.AsSpan(i, 1), words.AsSpan(i, 1), offsets.AsSpan(i, 1), sequences[i], sequences[i]);
            }
        }

        encoding.Pad(ids.Length, 0);
        return encoding;
    }

    private static int[] Integers(JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(static e => e.GetInt32())];

    private static float[] Floats(JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(static e => e.GetSingle())];
}

using System.Text.Json;
using ServerlessInference.Text.Tokenization;

namespace ServerlessInference.Parity.Tests.Text;

/// <summary>Compares with encodings that eng/unicode/compare-with-rust.mjs wrote: every code point and random texts.</summary>
public sealed class RustComparisonTests
{
    private const string Variable = "SERVERLESS_INFERENCE_RUST_ENCODINGS";

    [Fact]
    public void Encode_TextsOfTheComparison_Identical()
    {
        string? folder = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(folder))
        {
            Assert.Skip($"{Variable} does not name a folder that eng/unicode/compare-with-rust.mjs wrote.");
        }

        var failures = new List<string>();
        foreach (string file in Directory.GetFiles(folder, "*.jsonl").Order(StringComparer.Ordinal))
        {
            WordPieceTokenizer tokenizer = WordPieceTokenizer.FromTokenizerJson(
                File.ReadAllBytes(Path.ChangeExtension(file, ".tokenizer.json")));
            int wrong = 0;
            int total = 0;
            foreach (string line in File.ReadLines(file))
            {
                total++;
                if (Compare(tokenizer, line) is { } failure && wrong++ < 5)
                {
                    failures.Add($"{Path.GetFileName(file)}: {failure}");
                }
            }

            failures.AddRange(wrong == 0 ? [] : [$"{Path.GetFileName(file)}: {wrong} of {total} differ"]);
        }

        Assert.True(failures.Count == 0, string.Join(Environment.NewLine, failures));
    }

    private static string? Compare(WordPieceTokenizer tokenizer, string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement golden = document.RootElement;
        string text = Text(golden.GetProperty("text"));
        string? second = golden.TryGetProperty("pair", out JsonElement pair) ? Text(pair) : null;
        TokenEncoding encoding = second is null ? tokenizer.Encode(text) : tokenizer.EncodePair(text, second);
        string expected = string.Join(' ', Numbers(golden, "ids")) + " | " + string.Join(' ', Numbers(golden, "offsets")) + " | " +
            string.Join(' ', Numbers(golden, "words"));
        string actual = string.Join(' ', encoding.Ids.ToArray()) + " | " +
            string.Join(' ', encoding.Offsets.ToArray().SelectMany(static r => new[] { r.Start, r.End })) + " | " +
            string.Join(' ', encoding.WordIds.ToArray());
        return expected == actual
            ? null
            : $"{string.Join(' ', text.Select(static c => ((int)c).ToString("X4")))}\n  expected {expected}\n  actual   {actual}";
    }

    private static string Text(JsonElement units) => string.Concat(units.EnumerateArray().Select(static e => (char)e.GetInt32()));

    private static int[] Numbers(JsonElement golden, string name) =>
        [.. golden.GetProperty(name).EnumerateArray().Select(static e => e.GetInt32())];
}

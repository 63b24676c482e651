using System.Text.Json;
using ServerlessInference.Tokenizers;

namespace ServerlessInference.Parity.Tests.Text;

/// <summary>Compares with encodings that eng/unicode/compare-with-rust.mjs wrote: every code point and random texts.</summary>
public sealed class RustComparisonTests
{
    private const string Variable = "SERVERLESS_INFERENCE_RUST_ENCODINGS";

    [Fact]
    public void Encode_TextsOfTheComparison_Identical()
    {
        string folder = Folder();
        var failures = new List<string>();
        foreach (string file in Directory.GetFiles(folder, "*.jsonl").Order(StringComparer.Ordinal))
        {
            if (file.EndsWith(".windows.jsonl", StringComparison.Ordinal))
            {
                continue;
            }

            Tokenizer tokenizer = Tokenizer.FromTokenizerJson(
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

    [Fact]
    public void EncodeWindows_TextsOfTheComparison_Identical()
    {
        string folder = Folder();
        Tokenizer tokenizer = Tokenizer.FromTokenizerJson(
            File.ReadAllBytes(Path.Combine(folder, "uncased.tokenizer.json")));
        var failures = new List<string>();
        int compared = 0;
        foreach (string line in File.ReadLines(Path.Combine(folder, "uncased.windows.jsonl")))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            string? failure = CompareWindows(tokenizer, document.RootElement);
            compared++;
            if (failure is not null)
            {
                failures.Add(failure);
            }
        }

        Assert.True(
            failures.Count == 0,
            $"{failures.Count} of {compared} differ{Environment.NewLine}{string.Join(Environment.NewLine, failures.Take(10))}");
    }

    private static string Folder()
    {
        string? folder = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(folder))
        {
            Assert.Skip($"{Variable} does not name a folder that eng/unicode/compare-with-rust.mjs wrote.");
        }

        return folder;
    }

    private static string? CompareWindows(Tokenizer tokenizer, JsonElement golden)
    {
        string text = Text(golden.GetProperty("text"));
        string? second = golden.TryGetProperty("pair", out JsonElement pair) ? Text(pair) : null;
        var options = new EncodeOptions
        {
            MaxLength = golden.GetProperty("max").GetInt32(),
            Stride = golden.GetProperty("stride").GetInt32(),
            Truncation = Enum.Parse<TruncationStrategy>(golden.GetProperty("strategy").GetString()!),
            TruncationSide = Enum.Parse<TextSide>(golden.GetProperty("direction").GetString()!),
            StopAtMaxLength = true,
        };
        string settings =
            $"max {options.MaxLength}, stride {options.Stride}, {options.Truncation}, {options.TruncationSide}, pair {second is not null}";
        var windows = new TokenBatch();
        try
        {
            if (second is null)
            {
                tokenizer.EncodeWindows(text, windows, options);
            }
            else
            {
                tokenizer.EncodeWindows(text, second, windows, options);
            }
        }
        catch (InvalidInputException exception)
        {
            return golden.TryGetProperty("error", out _) ? null : $"{settings}: {exception.Message}";
        }

        if (golden.TryGetProperty("error", out JsonElement error))
        {
            return $"{settings}: expected the error {error.GetString()}";
        }

        JsonElement[] expected = [.. golden.GetProperty("windows").EnumerateArray()];
        string[] wanted =
        [
            .. expected.Select(static window => Line(Numbers(window, "ids"), Numbers(window, "types"), Numbers(window, "mask")))
        ];
        string[] found = [.. Enumerable.Range(0, windows.Count).Select(
            i => Line(windows[i].Ids.ToArray(), windows[i].TypeIds.ToArray(), windows[i].SpecialTokensMask.ToArray()))];
        return wanted.SequenceEqual(found)
            ? null
            : $"{settings}:\n  expected {string.Join("\n           ", wanted)}\n  found    {string.Join("\n           ", found)}";
    }

    private static string Line(int[] ids, int[] types, int[] mask) =>
        $"{string.Join(' ', ids)} | {string.Join(' ', types)} | {string.Join(' ', mask)}";

    private static string? Compare(Tokenizer tokenizer, string line)
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

using System.Text.Json;
using ServerlessInference.Tokenizers;

namespace ServerlessInference.Parity.Tests.Text;

/// <summary>Compares a tokenizer with everything that the golden file of its family contains, and lists the differences. Golden offsets
/// count code points; those of the library count UTF-16 code units.</summary>
internal sealed class FamilyGolden(JsonElement golden, Tokenizer tokenizer)
{
    private readonly List<string> _differences = [];
    private readonly TokenEncoding _encoding = new();
    private readonly TokenBatch _batch = new();
    private readonly int[] _ids = new int[1 << 16];

    /// <summary>Gets how many encodings were compared.</summary>
    internal int Count { get; private set; }

    internal IReadOnlyList<string> Compare()
    {
        ForEach("cases", CompareCase);
        ForEach("no_special", CompareWithoutSpecialTokens);
        ForEach("pairs", ComparePair);
        ForEach("truncation", CompareTruncation);
        ForEach("padding", ComparePadding);
        ForEach("as_file", CompareAsFile);
        ForEach("lone_surrogates", CompareLoneSurrogates);
        return _differences;
    }

    private void ForEach(string name, Action<JsonElement> compare)
    {
        if (!golden.TryGetProperty(name, out JsonElement items))
        {
            return;
        }

        foreach (JsonElement item in items.EnumerateArray())
        {
            Count++;
            compare(item);
        }
    }

    private void CompareCase(JsonElement item)
    {
        string text = item.GetProperty("text").GetString()!;
        tokenizer.Encode(text, _encoding);
        CheckEncoding(item, _encoding, text, null, text);
        CheckNames(item, text);
        Check("decoded", item.GetProperty("decoded").GetString(), tokenizer.Decode(_encoding.Ids, skipSpecialTokens: false), text);
        Check("decoded_skip", item.GetProperty("decoded_skip").GetString(), tokenizer.Decode(_encoding.Ids), text);
    }

    private void CheckNames(JsonElement item, string text)
    {
        JsonElement names = item.TryGetProperty("names", out JsonElement own) ? own : item.GetProperty("tokens");
        string expected = string.Join('|', names.EnumerateArray().Select(static e => e.GetString()));
        Check("tokens", expected, string.Join('|', _encoding.Ids.ToArray().Select(tokenizer.GetToken)), text);
    }

    private void CompareWithoutSpecialTokens(JsonElement item)
    {
        string text = item.GetProperty("text").GetString()!;
        int count = tokenizer.EncodeIds(text, _ids);
        Check("EncodeIds", Numbers(item.GetProperty("ids")), string.Join(',', _ids[..count]), text);
        tokenizer.Encode(text, _encoding, new EncodeOptions { AddSpecialTokens = false });
        CheckEncoding(item, _encoding, text, null, text);
    }

    private void ComparePair(JsonElement item)
    {
        string first = item.GetProperty("a").GetString()!;
        string second = item.GetProperty("b").GetString()!;
        tokenizer.EncodePair(first, second, _encoding);
        CheckEncoding(item, _encoding, first, second, $"{first} / {second}");
        CheckNames(item, $"{first} / {second}");
    }

    private void CompareTruncation(JsonElement item)
    {
        var options = new EncodeOptions
        {
            MaxLength = item.GetProperty("max_length").GetInt32(),
            Stride = item.GetProperty("stride").GetInt32(),
            Truncation = Enum.Parse<TruncationStrategy>(item.GetProperty("strategy").GetString()!),
            TruncationSide = Enum.Parse<TextSide>(item.GetProperty("direction").GetString()!),
            StopAtMaxLength = true,
        };
        string name = item.ToString()[..Math.Min(200, item.ToString().Length)];
        string first = item.GetProperty("a").GetString()!;
        string? second = item.TryGetProperty("b", out JsonElement b) ? b.GetString() : null;
        bool expectsError = item.TryGetProperty("error", out _);
        try
        {
            Encode(first, second, options);
            Check("error", expectsError.ToString(), bool.FalseString, name);
        }
        catch (Exception exception) when (expectsError && exception is TextTooLongException or ArgumentException)
        {
            return;
        }

        if (!expectsError)
        {
            CheckWindows(item, first, second, options, name);
        }
    }

    private void CheckWindows(JsonElement item, string first, string? second, EncodeOptions options, string name)
    {
        CheckEncoding(item, _encoding, first, second, name);
        JsonElement overflow = item.GetProperty("overflow");
        if (second is null)
        {
            tokenizer.EncodeWindows(first, _batch, options);
        }
        else
        {
            tokenizer.EncodeWindows(first, second, _batch, options);
        }

        Check("windows", $"{overflow.GetArrayLength() + 1}", $"{_batch.Count}", name);
        for (int i = 1; i < Math.Min(_batch.Count, overflow.GetArrayLength() + 1); i++)
        {
            CheckEncoding(overflow[i - 1], _batch[i], first, second, $"window {i} of {name}");
        }
    }

    private void Encode(string first, string? second, EncodeOptions options)
    {
        if (second is null)
        {
            tokenizer.Encode(first, _encoding, options);
        }
        else
        {
            tokenizer.EncodePair(first, second, _encoding, options);
        }
    }

    private void ComparePadding(JsonElement item)
    {
        JsonElement settings = item.GetProperty("options");
        JsonElement strategy = settings.GetProperty("strategy");
        var options = new EncodeOptions
        {
            Padding = strategy.ValueKind == JsonValueKind.Object ? PaddingStrategy.Fixed : PaddingStrategy.Longest,
            PadLength = strategy.ValueKind == JsonValueKind.Object ? strategy.GetProperty("Fixed").GetInt32() : 0,
            PadToMultipleOf = settings.GetProperty("pad_to_multiple_of") is { ValueKind: JsonValueKind.Number } multiple
                ? multiple.GetInt32()
                : 0,
            PaddingSide = Enum.Parse<TextSide>(settings.GetProperty("direction").GetString()!),
            PadTokenId = settings.GetProperty("pad_id").GetInt32(),
            PadTypeId = settings.GetProperty("pad_type_id").GetInt32(),
        };
        string[] texts = [.. item.GetProperty("texts").EnumerateArray().Select(static e => e.GetString()!)];
        tokenizer.EncodeBatch([.. texts.Select(static text => new TextPair(text))], _batch, options);
        int row = 0;
        foreach (JsonElement expected in item.GetProperty("rows").EnumerateArray())
        {
            CheckEncoding(expected, _batch[row], texts[row], null, $"row {row} of {settings}");
            row++;
        }
    }

    private void CompareAsFile(JsonElement item)
    {
        if (!item.TryGetProperty("ids", out _))
        {
            return;
        }

        string first = item.GetProperty("a").GetString()!;
        string? second = item.GetProperty("b").GetString();
        EncodeOptions options = tokenizer.SavedOptions!;
        Encode(first, second, options);
        CheckEncoding(item, _encoding, first, second, $"as_file {first} / {second}");
    }

    private void CompareLoneSurrogates(JsonElement item)
    {
        char[] units = [.. item.GetProperty("utf16").EnumerateArray().Select(static e => (char)e.GetInt32())];
        tokenizer.Encode(units, _encoding);
        CheckEncoding(item, _encoding, new string(units), null, string.Join(' ', units.Select(static c => $"{(int)c:X4}")));
    }

    private void CheckEncoding(JsonElement expected, TokenEncoding actual, string first, string? second, string name)
    {
        Check("ids", Numbers(expected.GetProperty("ids")), string.Join(',', actual.Ids.ToArray()), name);
        Check("type_ids", expected, actual.TypeIds, name);
        Check("mask", expected, actual.AttentionMask, name);
        Check("special", expected, actual.SpecialTokensMask, name);
        if (expected.TryGetProperty("word_ids", out JsonElement words))
        {
            string wanted = string.Join(
                ',', words.EnumerateArray().Select(static e => e.ValueKind == JsonValueKind.Null ? -1 : e.GetInt32()));
            Check("word_ids", wanted, string.Join(',', actual.WordIds.ToArray()), name);
        }

        if (expected.TryGetProperty("offsets", out JsonElement offsets))
        {
            int[] firstPoints = CountPoints(first);
            int[] secondPoints = CountPoints(second ?? string.Empty);
            var found = new List<string>();
            for (int i = 0; i < actual.Count; i++)
            {
                int[] points = actual.SequenceIds[i] == 1 ? secondPoints : firstPoints;
                found.Add($"{points[actual.Offsets[i].Start]}-{points[actual.Offsets[i].End]}");
            }

            string wanted = string.Join(' ', offsets.EnumerateArray().Select(static e => $"{e[0].GetInt32()}-{e[1].GetInt32()}"));
            Check("offsets", wanted, string.Join(' ', found), name);
        }
    }

    private void Check(string what, JsonElement expected, ReadOnlySpan<int> actual, string name)
    {
        if (expected.TryGetProperty(what, out JsonElement numbers))
        {
            Check(what, Numbers(numbers), string.Join(',', actual.ToArray()), name);
        }
    }

    private void Check(string what, string? expected, string? actual, string name)
    {
        if (!string.Equals(expected, actual, StringComparison.Ordinal))
        {
            _differences.Add($"{what} of [{name}]\n    expected {expected}\n    actual   {actual}");
        }
    }

    private static string Numbers(JsonElement numbers) => string.Join(',', numbers.EnumerateArray().Select(static e => e.GetInt32()));

    private static int[] CountPoints(string text)
    {
        int[] points = new int[text.Length + 1];
        for (int i = 0; i < text.Length; i++)
        {
            bool isInside = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            points[i + 1] = points[i] + (isInside ? 0 : 1);
        }

        return points;
    }
}

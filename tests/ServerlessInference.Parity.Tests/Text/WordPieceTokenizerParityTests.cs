using System.Text.Json;
using ServerlessInference.Tokenizers;

namespace ServerlessInference.Parity.Tests.Text;

/// <summary>Compares with every golden encoding of Hugging Face's Rust tokenizer 0.23.2. All of them are identical.</summary>
public sealed class WordPieceTokenizerParityTests
{
    public static TheoryData<string> Models => ["uncased", "cased", "uncased vocab.txt", "cased vocab.txt"];

    [Theory]
    [MemberData(nameof(Models))]
    public void Encode_GoldenTexts_Identical(string model)
    {
        (Tokenizer tokenizer, JsonElement golden) = Load(model);
        var encoding = new TokenEncoding();
        foreach (JsonElement item in golden.GetProperty("cases").EnumerateArray())
        {
            string text = item.GetProperty("text").GetString()!;
            tokenizer.Encode(text, encoding);
            TokenizerGolden.Check(item, encoding, text, null, tokenizer);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void EncodeIds_GoldenTexts_IdenticalWithoutSpecialTokens(string model)
    {
        (Tokenizer tokenizer, JsonElement golden) = Load(model);
        foreach (JsonElement item in golden.GetProperty("cases").EnumerateArray())
        {
            int[] expected = [.. item.GetProperty("ids").EnumerateArray().Skip(1).SkipLast(1).Select(static e => e.GetInt32())];
            int[] ids = new int[4096];
            int count = tokenizer.EncodeIds(item.GetProperty("text").GetString(), ids);
            Assert.Equal(expected, ids[..count]);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void EncodePair_GoldenPairs_Identical(string model)
    {
        (Tokenizer tokenizer, JsonElement golden) = Load(model);
        foreach (JsonElement item in golden.GetProperty("pairs").EnumerateArray())
        {
            string first = item.GetProperty("a").GetString()!;
            string? second = item.GetProperty("b").GetString();
            EncodeOptions options = Options(item);
            if (item.TryGetProperty("error", out _))
            {
                Assert.Throws<TextTooLongException>(() => tokenizer.EncodePair(first, second, options));
                continue;
            }

            TokenEncoding encoding = second is null ? tokenizer.Encode(first, options) : tokenizer.EncodePair(first, second, options);
            TokenizerGolden.Check(item, encoding, first, second, tokenizer);
            if (!item.TryGetProperty("overflow", out JsonElement overflow))
            {
                continue;
            }

            var windows = new TokenBatch();
            tokenizer.EncodeWindows(first, second, windows, options);
            Assert.Equal(overflow.GetArrayLength() + 1, windows.Count);
            TokenizerGolden.Check(item, windows[0], first, second, tokenizer);
            for (int i = 1; i < windows.Count; i++)
            {
                TokenizerGolden.Check(overflow[i - 1], windows[i], first, second, tokenizer);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void EncodeBatch_GoldenBatch_IdenticalAndPaddedToTheLongest(string model)
    {
        (Tokenizer tokenizer, JsonElement golden) = Load(model);
        JsonElement item = golden.GetProperty("batch");
        TextPair[] texts = [.. item.GetProperty("texts").EnumerateArray().Select(static e => new TextPair(e.GetString()!))];
        var batch = new TokenBatch();
        tokenizer.EncodeBatch(texts, batch, new EncodeOptions { Padding = PaddingStrategy.Longest });
        for (int i = 0; i < texts.Length; i++)
        {
            TokenizerGolden.Check(item.GetProperty("encodings")[i], batch[i], texts[i].First, null, tokenizer);
        }
    }

    private static EncodeOptions Options(JsonElement item) => new()
    {
        MaxLength = item.TryGetProperty("max_length", out JsonElement max) ? max.GetInt32() : null,
        Truncation = item.GetProperty("mode").GetString() == "OnlySecond" ? TruncationStrategy.OnlySecond : TruncationStrategy.LongestFirst,
        Stride = item.TryGetProperty("stride", out JsonElement stride) ? stride.GetInt32() : 0,
        Padding = item.TryGetProperty("pad_to", out JsonElement pad) ? PaddingStrategy.Fixed : PaddingStrategy.None,
        PadLength = pad.ValueKind == JsonValueKind.Number ? pad.GetInt32() : 0,

        // The golden files are of 0.23.2, which stops tokenizing a text once the maximum length is reached.
        StopAtMaxLength = true,
    };

    private static (Tokenizer Tokenizer, JsonElement Golden) Load(string model)
    {
        bool cased = model.StartsWith("cased", StringComparison.Ordinal);
        string golden = Reference.File("golden", "bert", cased ? "tok_cased.json" : "tok_uncased.json");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(golden));
        Tokenizer tokenizer = model switch
        {
            "uncased" => Tokenizer.Load(Path.GetDirectoryName(Reference.File("bert", "uncased", "tokenizer.json"))!),
            "cased" => Tokenizer.FromTokenizerJson(File.ReadAllBytes(Reference.File("bert", "bert-base-cased-tokenizer.json"))),
            "uncased vocab.txt" => Tokenizer.FromVocabulary(
                File.ReadAllBytes(Reference.File("bert", "uncased", "vocab.txt")),
                File.ReadAllBytes(Reference.File("bert", "uncased", "tokenizer_config.json"))),
            _ => Tokenizer.FromVocabulary(
                File.ReadAllBytes(Reference.File("bert", "bert-base-cased-vocab.txt")), new WordPieceOptions { Lowercase = false }),
        };
        return (tokenizer, document.RootElement.Clone());
    }
}

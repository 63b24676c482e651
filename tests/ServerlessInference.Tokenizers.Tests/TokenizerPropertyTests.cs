using System.Text;
using ServerlessInference.Tokenizers.Normalization;

namespace ServerlessInference.Tokenizers.Tests;

/// <summary>What holds for every text, on random ones: seeds are fixed, a failure names its own.</summary>
public sealed class TokenizerPropertyTests
{
    private const int Runs = 3000;

    private static readonly AddedToken[] Added =
    [
        new(1000, "<x>") { StripsLeft = true, StripsRight = true },
        new(1001, "Fox") { IsNormalized = true },
        new(1002, "the") { IsSingleWord = true },
    ];

    public static TheoryData<bool, bool> Tokenizers => new() { { true, false }, { false, false }, { true, true } };

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void Encode_AnyUtf16_OffsetsLieInOrderWithinTheText(bool lower, bool added)
    {
        Tokenizer tokenizer = Create(lower, added);
        var encoding = new TokenEncoding();
        for (int seed = 0; seed < Runs; seed++)
        {
            string text = RandomText(seed);
            tokenizer.Encode(text, encoding, new EncodeOptions { AddSpecialTokens = false });
            int start = 0;
            int word = -1;
            for (int i = 0; i < encoding.Count; i++)
            {
                TextRange range = encoding.Offsets[i];
                string place = $"seed {seed}, token {i}: {range}, word {encoding.WordIds[i]}";
                Assert.True(range.Start >= start && range.End > range.Start && range.End <= text.Length, place);
                Assert.True(encoding.WordIds[i] >= word && encoding.WordIds[i] <= word + 1, place);
                start = range.Start;
                word = encoding.WordIds[i];
            }
        }
    }

    [Fact]
    public void Encode_AnyUtf16_OffsetsContainTheirTokens()
    {
        Tokenizer tokenizer = Create(lower: true, added: false);
        var normalizer = new TextNormalizer();
        var normalized = new NormalizedText();
        for (int seed = 0; seed < Runs; seed++)
        {
            string text = RandomText(seed);
            TokenEncoding encoding = tokenizer.Encode(text, new EncodeOptions { AddSpecialTokens = false });
            for (int i = 0; i < encoding.Count; i++)
            {
                string token = tokenizer.GetToken(encoding.Ids[i])!;
                if (encoding.Ids[i] < 5)
                {
                    continue; // unknown and special tokens are spelt differently from the text that they represent
                }

                TextRange range = encoding.Offsets[i];
                normalized.Clear();
                normalizer.Normalize(text, range.Start, range.End, new NormalizerSettings(true, true, true, true), normalized);
                string piece = string.Concat(normalized.CodePointSpan.ToArray().Select(char.ConvertFromUtf32));
                string content = token.StartsWith("##", StringComparison.Ordinal) ? token[2..] : token;
                Assert.True(piece.Contains(content, StringComparison.Ordinal), $"seed {seed}: '{token}' at {range} is '{piece}'");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Tokenizers))]
    public void EncodeIds_AnyUtf16_GivesTheIdsOfEncode(bool lower, bool added)
    {
        Tokenizer tokenizer = Create(lower, added);
        int[] ids = new int[4096];
        for (int seed = 0; seed < Runs; seed++)
        {
            string text = RandomText(seed);
            int count = tokenizer.EncodeIds(text, ids);
            Assert.Equal(tokenizer.Encode(text, new EncodeOptions { AddSpecialTokens = false }).Ids.ToArray(), ids[..count]);
        }
    }

    [Fact]
    public void Encode_FastPath_GivesWhatNormalizingTheWholeTextGives()
    {
        // A normalized added token that never occurs sends every text through the slow path.
        Tokenizer fast = Create(lower: true, added: false);
        Tokenizer slow = TestVocabulary.Uncased(new AddedToken(2000, "\u2603\u2603\u2603") { IsNormalized = true });
        for (int seed = 0; seed < Runs; seed++)
        {
            string text = RandomText(seed);
            TokenEncoding expected = slow.Encode(text);
            TokenEncoding actual = fast.Encode(text);
            Assert.Equal(expected.Ids.ToArray(), actual.Ids.ToArray());
            Assert.Equal(expected.Offsets.ToArray(), actual.Offsets.ToArray());
            Assert.Equal(expected.WordIds.ToArray(), actual.WordIds.ToArray());
        }
    }

    [Fact]
    public void EncodeWindows_AnyLengths_CoverEveryTokenAndNeverExceedTheLength()
    {
        Tokenizer tokenizer = Create(lower: true, added: false);
        var windows = new TokenBatch();
        for (int seed = 0; seed < Runs; seed++)
        {
            var random = new Random(seed);
            string text = RandomText(seed);
            int max = random.Next(6, 40);
            int stride = random.Next(0, max - 3 - 2);
            int total = tokenizer.Encode(text, new EncodeOptions { AddSpecialTokens = false }).Count;
            tokenizer.EncodeWindows(
                "a", text, windows, new EncodeOptions { MaxLength = max, Stride = stride, Truncation = TruncationStrategy.OnlySecond });
            var seen = new HashSet<(TextRange, int)>();
            for (int w = 0; w < windows.Count; w++)
            {
                Assert.True(windows[w].Count <= max, $"seed {seed}: {windows[w].Count} > {max}");
                for (int i = 0; i < windows[w].Count; i++)
                {
                    if (windows[w].SequenceIds[i] == 1)
                    {
                        seen.Add((windows[w].Offsets[i], windows[w].Ids[i]));
                    }
                }
            }

            Assert.True(seen.Count <= total && (total == 0) == (seen.Count == 0), $"seed {seed}");
            Assert.Equal(
                tokenizer.Encode(text, new EncodeOptions { AddSpecialTokens = false }).Offsets.ToArray().ToHashSet(),
                seen.Select(static token => token.Item1).ToHashSet());
        }
    }

    [Theory]
    [InlineData('x')]
    [InlineData('\u0301')]
    [InlineData('\u302e')]
    [InlineData('中')]
    [InlineData('\ud800')]
    [InlineData('\u0000')]
    [InlineData('#')]
    public void Encode_OneCharacterManyTimes_TakesLinearTime(char c)
    {
        Tokenizer tokenizer = Create(lower: true, added: true);
        TokenEncoding encoding = tokenizer.Encode(new string(c, 300_000));

        Assert.True(encoding.Count >= 2);
    }

    private static Tokenizer Create(bool lower, bool added) => Tokenizer.FromVocabulary(
        TestVocabulary.Bytes, new WordPieceOptions { Lowercase = lower, AddedTokens = added ? Added : [] });

    private static string RandomText(int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder();
        for (int i = random.Next(60); i > 0; i--)
        {
            switch (random.Next(12))
            {
                case 0: text.Append((char)random.Next(0x10000)); break;
                case 1: text.Append(char.ConvertFromUtf32(random.Next(0x10000, 0x110000))); break;
                case 2: text.Append((char)random.Next(0xD800, 0xE000)); break;
                case 3: text.Append((char)random.Next(0x300, 0x370)); break;
                case 4: text.Append((char)random.Next(0xC0, 0x250)); break;
                case 5: text.Append(" \t\n\u00a0\u3000"[random.Next(5)]); break;
                case 6: text.Append(".,!?'#[]-"[random.Next(9)]); break;
                case 7: text.Append(new[] { "<x>", "[MASK]", "Fox", "the", "中文", "한국", "\u302e\u1dfb", "🙂" }[random.Next(8)]); break;
                case 8: text.Append(new[] { "unaffable", "INTERNATIONALIZATION", "quick", "cafe" }[random.Next(4)]); break;
                default: text.Append((char)random.Next('a', 'z' + 1)); break;
            }
        }

        return text.ToString();
    }
}

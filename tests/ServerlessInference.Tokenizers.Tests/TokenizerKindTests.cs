using System.Text;

namespace ServerlessInference.Tokenizers.Tests;

public sealed class TokenizerKindTests
{
    public static TheoryData<string> Files =>
        [SmallFiles.ByteLevelBpe, SmallFiles.SentencePieceBpe, SmallFiles.Unigram, SmallFiles.WordLevel];

    [Fact]
    public void Encode_ByteLevelBpe_MergesAndTrimsRanges()
    {
        Tokenizer tokenizer = Load(SmallFiles.ByteLevelBpe);

        TokenEncoding encoding = tokenizer.Encode("ab abé");

        Assert.Equal([7, 3, 4, 5, 6, 7], encoding.Ids.ToArray());
        Assert.Equal([-1, 0, 1, 1, 1, -1], encoding.WordIds.ToArray());
        Assert.Equal([new(0, 0), new(0, 2), new(3, 5), new(5, 6), new(5, 6), new(0, 0)], encoding.Offsets.ToArray());
        Assert.Equal("ab abé", tokenizer.Decode(encoding.Ids));
    }

    [Fact]
    public void EncodePair_RobertaProcessing_PutsTwoSeparatorsBetweenTexts()
    {
        TokenEncoding encoding = Load(SmallFiles.ByteLevelBpe).EncodePair("ab", "a");

        Assert.Equal([7, 3, 7, 7, 0, 7], encoding.Ids.ToArray());
        Assert.Equal(new int[6], encoding.TypeIds.ToArray());
    }

    [Fact]
    public void EncodeWindows_TrimmedOffsetsAndPrefixSpace_FirstTokenOfEachWindowKeepsItsBlank()
    {
        Tokenizer tokenizer = Load(SmallFiles.ByteLevelBpe.Replace(
            "\"add_prefix_space\": false}", "\"add_prefix_space\": true}", StringComparison.Ordinal));
        var windows = new TokenBatch();

        tokenizer.EncodeWindows("ab ab ab", windows, new EncodeOptions { MaxLength = 4 });

        Assert.Equal([new(0, 0), new(0, 2), new(3, 5), new(0, 0)], windows[0].Offsets.ToArray());
        Assert.Equal([new(0, 0), new(5, 8), new(0, 0)], windows[1].Offsets.ToArray());
    }

    [Theory]
    [InlineData("{}", null, 7)]
    [InlineData("""{"pad_token": "b", "cls_token": "a"}""", 1, 0)]
    [InlineData("""{"pad_token": {"content": "a"}, "cls_token": null}""", 0, 7)]
    [InlineData("""{"pad_token": "<none>"}""", null, 7)]
    public void FromTokenizerJson_SpecialTokens_AreThoseOfTheSettingsOrOfThePostProcessor(string config, int? pad, int? start)
    {
        Tokenizer tokenizer = Tokenizer.FromTokenizerJson(
            Encoding.UTF8.GetBytes(SmallFiles.ByteLevelBpe), Encoding.UTF8.GetBytes(config));

        Assert.Equal((pad, start), (tokenizer.PadTokenId, tokenizer.ClassTokenId));
    }

    [Fact]
    public void Encode_PaddingWithoutPaddingToken_SaysWhatToSet()
    {
        Tokenizer tokenizer = Load(SmallFiles.ByteLevelBpe);

        ArgumentException exception = Assert.Throws<ArgumentException>(
            () => tokenizer.Encode("ab", new EncodeOptions { Padding = PaddingStrategy.Fixed, PadLength = 5 }));

        Assert.Equal("The tokenizer has no padding token. Set EncodeOptions.PadTokenId.", exception.Message);
    }

    [Theory]
    [InlineData("{}", TextSide.Right, TextSide.Right, 0)]
    [InlineData("""{"padding_side": "left", "pad_token_type_id": 3}""", TextSide.Left, TextSide.Right, 3)]
    [InlineData("""{"tokenizer_class": "XLNetTokenizerFast"}""", TextSide.Left, TextSide.Right, 0)]
    [InlineData("""{"tokenizer_class": "LlamaTokenizer", "padding_side": "right"}""", TextSide.Right, TextSide.Right, 0)]
    [InlineData("""{"truncation_side": "left"}""", TextSide.Right, TextSide.Left, 0)]
    public void FromTokenizerJson_Sides_AreThoseOfTheSettings(string config, TextSide padding, TextSide truncation, int padTypeId)
    {
        Tokenizer tokenizer = Tokenizer.FromTokenizerJson(
            Encoding.UTF8.GetBytes(SmallFiles.ByteLevelBpe), Encoding.UTF8.GetBytes(config));

        Assert.Equal((padding, truncation, padTypeId), (tokenizer.PaddingSide, tokenizer.TruncationSide, tokenizer.PadTypeId));
    }

    [Fact]
    public void FromTokenizerJson_SideThatIsNone_IsRefused()
    {
        InvalidDataException exception = Assert.Throws<InvalidDataException>(() => Tokenizer.FromTokenizerJson(
            Encoding.UTF8.GetBytes(SmallFiles.ByteLevelBpe), """{"padding_side": "top"}"""u8));

        Assert.StartsWith(
            "tokenizer_config.json cannot be read: A side is 'top', expected 'left' or 'right'.",
            exception.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", 1)]
    [InlineData("""{"added_tokens_decoder": {"0": {"content": "a"}}, "pad_token": "a"}""", 0)]
    public void Load_SpecialTokensMap_IsReadIfTheSettingsListNoAddedTokens(string config, int pad)
    {
        var files = new Dictionary<string, string>
        {
            ["tokenizer.json"] = SmallFiles.ByteLevelBpe,
            ["tokenizer_config.json"] = config,
            ["special_tokens_map.json"] = """{"pad_token": {"content": "b"}, "additional_special_tokens": ["x"]}""",
        };

        Tokenizer tokenizer = Tokenizer.Load(
            name => files.TryGetValue(name, out string? text) ? Encoding.UTF8.GetBytes(text) : (ReadOnlyMemory<byte>?)null, "memory");

        Assert.Equal(pad, tokenizer.PadTokenId);
    }

    [Fact]
    public void Encode_SentencePieceBpe_FallsBackToBytes()
    {
        Tokenizer tokenizer = Load(SmallFiles.SentencePieceBpe);

        TokenEncoding encoding = tokenizer.Encode("ab é中");

        Assert.Equal([5, 1, 6, 7, 0], encoding.Ids.ToArray());
        Assert.Equal([new(0, 2), new(2, 3), new(3, 4), new(3, 4), new(4, 5)], encoding.Offsets.ToArray());
        Assert.Equal("ab é", tokenizer.Decode(encoding.Ids));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Encode_SentencePieceBpeOfLongText_SameTokensAsInOneWord(bool crossesSpaces)
    {
        // A token that goes on after a space keeps the text from being split at spaces.
        string json = crossesSpaces
            ? SmallFiles.SentencePieceBpe
                .Replace("\"<0xA9>\": 7", "\"<0xA9>\": 7, \"b▁\": 8", StringComparison.Ordinal)
                .Replace("[[\"a\", \"b\"]", "[[\"b\", \"▁\"], [\"a\", \"b\"]", StringComparison.Ordinal)
            : SmallFiles.SentencePieceBpe;
        Tokenizer tokenizer = Load(json);
        var random = new Random(3);
        string[] parts = ["a", "b", "ab", " ", "  ", "é", "▁"];
        for (int i = 0; i < 200; i++)
        {
            string text = string.Concat(Enumerable.Range(0, 60).Select(_ => parts[random.Next(parts.Length)]));
            string whole = string.Join(',', MergeByHand("▁" + text.Replace(' ', '▁'), crossesSpaces));
            Assert.Equal(whole, string.Join(',', tokenizer.Encode(text).Ids.ToArray()));
        }
    }

    /// <summary>Merges the first pair of the earliest merge, again and again, over the whole text.</summary>
    private static List<int> MergeByHand(string text, bool crossesSpaces)
    {
        var symbols = new List<string>();
        foreach (char c in text)
        {
            symbols.AddRange(c == 'é' ? ["<0xC3>", "<0xA9>"] : [c.ToString()]);
        }

        (string Left, string Right)[] merges = crossesSpaces ? [("b", "▁"), ("a", "b"), ("▁", "ab")] : [("a", "b"), ("▁", "ab")];
        for (int m = 0; m < merges.Length; m++)
        {
            for (int i = 0; i + 1 < symbols.Count; i++)
            {
                if ((symbols[i], symbols[i + 1]) == merges[m])
                {
                    symbols[i] += symbols[i + 1];
                    symbols.RemoveAt(i + 1);
                    m = -1;
                    break;
                }
            }
        }

        string[] vocabulary = ["<unk>", "▁", "a", "b", "ab", "▁ab", "<0xC3>", "<0xA9>", "b▁"];
        return symbols.ConvertAll(symbol => Array.IndexOf(vocabulary, symbol));
    }

    [Fact]
    public void Encode_Unigram_TakesTheBestSplitAndFusesUnknownCharacters()
    {
        Tokenizer tokenizer = Load(SmallFiles.Unigram);

        TokenEncoding encoding = tokenizer.Encode("ＡB x中 <mask>é");

        Assert.Equal([4, 1, 0, 7, 1, 6], encoding.Ids.ToArray());
        Assert.Equal([new(0, 2), new(2, 3), new(3, 5), new(5, 12), new(12, 13), new(12, 13)], encoding.Offsets.ToArray());
        Assert.Equal("ab  é", tokenizer.Decode(encoding.Ids));
    }

    [Fact]
    public void Encode_WordLevel_SplitsByRegularExpression()
    {
        TokenEncoding encoding = Load(SmallFiles.WordLevel).Encode(" Café café! 12");

        Assert.Equal([4, 0, 1, 3, 2], encoding.Ids.ToArray());
        Assert.Equal([new(0, 0), new(1, 5), new(6, 10), new(10, 11), new(12, 14)], encoding.Offsets.ToArray());
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Encode_HostileTexts_TakesLinearTimeAndKeepsOffsetsInOrder(string file)
    {
        Tokenizer tokenizer = Load(file);
        string[] texts =
        [
            new('a', 1_600_000), new(' ', 300_000), new('<', 300_000), new('é', 300_000), "e" + new string('\u0301', 300_000),
            new('\ud800', 100_000),
            string.Concat(Enumerable.Repeat("<s>", 200_000)), string.Concat(Enumerable.Repeat("😀\u200D", 50_000)), "\0",
        ];
        var encoding = new TokenEncoding();
        foreach (string text in texts)
        {
            tokenizer.Encode(text, encoding);
            foreach (TextRange range in encoding.Offsets)
            {
                Assert.True(range.Start >= 0 && range.Start <= range.End && range.End <= text.Length);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Encode_SteadyState_AllocatesNothing(string file)
    {
        Tokenizer tokenizer = Load(file);
        var encoding = new TokenEncoding();
        int[] ids = new int[512];
        const string Text = "ab abé 12! ＡB x中 <mask> café <s> ab";
        for (int i = 0; i < 3; i++)
        {
            tokenizer.Encode(Text, encoding);
            tokenizer.EncodeIds(Text, ids);
        }

        Assert.Equal(0, Allocations.Least(() =>
        {
            tokenizer.Encode(Text, encoding);
            tokenizer.EncodeIds(Text, ids);
        }));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void FromTokenizerJson_MutatedFile_LoadsOrThrowsInvalidDataException(string file)
    {
        var random = new Random(11);
        byte[] original = Encoding.UTF8.GetBytes(file);
        int refused = 0;
        for (int i = 0; i < 2000; i++)
        {
            byte[] mutated = Mutate(original, random);
            try
            {
                Tokenizer tokenizer = Tokenizer.FromTokenizerJson(mutated);
                tokenizer.Decode(tokenizer.Encode("ab é 12! <s>中").Ids);
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 100, 1999);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void EncodeIds_RandomTexts_AreThoseOfEncode(string file)
    {
        Tokenizer tokenizer = Load(file);
        var random = new Random(3);
        string[] parts =
            ["a", "b", "ab", " ", "  ", "é", "e\u0301", "中", "😀", "<s>", "<mask>", "\n", "1", "!", "\ud83d", "Ａ", "ﬁ", "\u200B"];
        int[] ids = new int[512];
        for (int i = 0; i < 2000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => parts[random.Next(parts.Length)]));
            TokenEncoding encoding = tokenizer.Encode(text, new EncodeOptions { AddSpecialTokens = false });
            int count = tokenizer.EncodeIds(text, ids);
            Assert.Equal(encoding.Ids.ToArray(), ids[..count]);
        }
    }

    private static Tokenizer Load(string file) => Tokenizer.FromTokenizerJson(Encoding.UTF8.GetBytes(file));

    private static byte[] Mutate(byte[] original, Random random)
    {
        byte[] mutated = [.. original];
        int at = random.Next(mutated.Length);
        switch (random.Next(4))
        {
            case 0:
                mutated[at] = (byte)random.Next(256);
                return mutated;
            case 1:
                return [.. mutated[..at], .. mutated[Math.Min(mutated.Length, at + 1 + random.Next(8))..]];
            case 2:
                return [.. mutated[..at], .. mutated[random.Next(mutated.Length)..]];
            default:
                mutated[at] ^= (byte)(1 << random.Next(7));
                return mutated;
        }
    }
}


namespace ServerlessInference.Tokenizers.Tests;

public sealed class TruncationAndPaddingTests
{
    private const string Ten = "a b c d e f g h i j";

    private readonly Tokenizer _tokenizer = TestVocabulary.Uncased();

    [Fact]
    public void Encode_MaxLength_KeepsSpecialTokens()
    {
        Assert.Equal("[CLS] a b c [SEP]", Encode(Ten, null, new EncodeOptions { MaxLength = 5 }));
        Assert.Equal("[CLS] h i j [SEP]", Encode(Ten, null, new EncodeOptions { MaxLength = 5, TruncationSide = TextSide.Left }));
        Assert.Equal("[CLS] [SEP]", Encode(Ten, null, new EncodeOptions { MaxLength = 2 }));
    }

    [Fact]
    public void EncodePair_LongestFirst_CutsTheLongerAndThenBoth()
    {
        Assert.Equal("[CLS] a b [SEP] a b c d e [SEP]", Encode("a b", Ten, new EncodeOptions { MaxLength = 10 }));
        Assert.Equal("[CLS] a b c [SEP] a b c d [SEP]", Encode(Ten, Ten, new EncodeOptions { MaxLength = 10 }));
    }

    [Fact]
    public void EncodePair_OneSideOnly_CutsThatSide()
    {
        Assert.Equal(
            "[CLS] a b [SEP] a b c d e f g h i j [SEP]",
            Encode(Ten, Ten, new EncodeOptions { MaxLength = 15, Truncation = TruncationStrategy.OnlyFirst }));
        Assert.Equal(
            "[CLS] a b c d e f g h i j [SEP] a b [SEP]",
            Encode(Ten, Ten, new EncodeOptions { MaxLength = 15, Truncation = TruncationStrategy.OnlySecond }));
    }

    [Fact]
    public void EncodePair_TruncatableTextTooShort_Throws()
    {
        TextTooLongException exception = Assert.Throws<TextTooLongException>(() => _tokenizer.EncodePair(
            Ten, "a b", new EncodeOptions { MaxLength = 8, Truncation = TruncationStrategy.OnlySecond }));

        Assert.Equal(TextLimit.MaxLength, exception.Limit);
        Assert.Contains("10 and 2 tokens and 5 fit", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_OnlySecondWithoutSecond_ThrowsArgumentException()
    {
        Assert.Throws<ArgumentException>(() => _tokenizer.Encode(
            Ten, new EncodeOptions { MaxLength = 5, Truncation = TruncationStrategy.OnlySecond }));
    }

    [Theory]
    [InlineData(2, "MaxLength is 2; the special tokens alone take 3. Set at least 3.")]
    public void EncodePair_MaxLengthBelowSpecialTokens_ThrowsArgumentException(int length, string message)
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(
            () => _tokenizer.EncodePair("a", "b", new EncodeOptions { MaxLength = length }));

        Assert.Equal(message, exception.Message);
    }

    [Fact]
    public void EncodeWindows_LongContext_CoversAllOfItWithOverlap()
    {
        var windows = new TokenBatch();
        _tokenizer.EncodeWindows("x y", Ten, windows, new EncodeOptions
        {
            MaxLength = 9,
            Stride = 1,
            Truncation = TruncationStrategy.OnlySecond,
            Padding = PaddingStrategy.Longest,
        });

        Assert.Equal(
            ["[CLS] x y [SEP] a b c d [SEP]", "[CLS] x y [SEP] d e f g [SEP]", "[CLS] x y [SEP] g h i j [SEP]"],
            Enumerable.Range(0, windows.Count).Select(i => Join(windows[i])));
    }

    [Fact]
    public void EncodeWindows_StopAtMaxLength_LeavesTheTailOut()
    {
        var windows = new TokenBatch();
        _tokenizer.EncodeWindows(Ten, windows, new EncodeOptions { MaxLength = 5, StopAtMaxLength = true });

        Assert.Equal(["[CLS] a b c [SEP]", "[CLS] d e [SEP]"], Enumerable.Range(0, windows.Count).Select(i => Join(windows[i])));
    }

    [Fact]
    public void EncodeWindows_FromTheLeft_StartsAtTheEnd()
    {
        var windows = new TokenBatch();
        _tokenizer.EncodeWindows(Ten, windows, new EncodeOptions { MaxLength = 8, Stride = 2, TruncationSide = TextSide.Left });

        Assert.Equal(
            ["[CLS] e f g h i j [SEP]", "[CLS] a b c d e f [SEP]"],
            Enumerable.Range(0, windows.Count).Select(i => Join(windows[i])));
    }

    [Fact]
    public void EncodeWindows_StrideAsLargeAsWindow_Throws()
    {
        TextTooLongException exception = Assert.Throws<TextTooLongException>(() => _tokenizer.EncodeWindows(
            "x y", Ten, new TokenBatch(), new EncodeOptions { MaxLength = 9, Stride = 4, Truncation = TruncationStrategy.OnlySecond }));

        Assert.Contains("leave room for 4 tokens in a window, and windows overlap by 4", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EncodeWindows_TooManyWindows_ThrowsBeforeCreatingAny()
    {
        var windows = new TokenBatch();
        string text = string.Join(' ', Enumerable.Repeat("a", 100_000));

        TextTooLongException exception = Assert.Throws<TextTooLongException>(
            () => _tokenizer.EncodeWindows(text, windows, new EncodeOptions { MaxLength = 34, Stride = 31 }));

        Assert.Equal(TextLimit.MaxWindows, exception.Limit);
        Assert.StartsWith(
            "The text needs 99969 windows of 34 tokens; at most 4096 are allowed.", exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, windows.Count);
    }

    [Theory]
    [InlineData(0, 5, 0)]
    [InlineData(5, 5, 0)]
    [InlineData(6, 5, 0)]
    [InlineData(10, 5, 4)]
    [InlineData(11, 5, 2)]
    [InlineData(100, 7, 3)]
    public void CountWindows_Lengths_AgreesWithTheList(int length, int size, int stride)
    {
        var windows = new List<TextRange>();
        Truncation.ListWindows(length, size, stride, TextSide.Right, windows);
        Assert.Equal(windows.Count, Truncation.CountWindows(length, size, stride));
        Truncation.ListWindows(length, size, stride, TextSide.Left, windows);
        Assert.Equal(windows.Count, Truncation.CountWindows(length, size, stride));
    }

    [Fact]
    public void EncodeWindows_WithoutMaxLength_ThrowsArgumentException()
    {
        Assert.Throws<ArgumentException>(() => _tokenizer.EncodeWindows(Ten, new TokenBatch(), EncodeOptions.Default));
    }

    [Fact]
    public void Encode_Padding_FillsEitherSide()
    {
        TokenEncoding right = _tokenizer.Encode("a b", new EncodeOptions { Padding = PaddingStrategy.Fixed, PadLength = 6 });
        Assert.Equal("[CLS] a b [SEP] [PAD] [PAD]", Join(right));
        Assert.Equal([1, 1, 1, 1, 0, 0], right.AttentionMask.ToArray());
        Assert.Equal([1, 0, 0, 1, 1, 1], right.SpecialTokensMask.ToArray());

        TokenEncoding left = _tokenizer.Encode(
            "a b",
            new EncodeOptions
            {
                Padding = PaddingStrategy.Longest, PadToMultipleOf = 8, PaddingSide = TextSide.Left, PadTypeId = 3,
            });
        Assert.Equal("[PAD] [PAD] [PAD] [PAD] [CLS] a b [SEP]", Join(left));
        Assert.Equal([3, 3, 3, 3, 0, 0, 0, 0], left.TypeIds.ToArray());
        Assert.Equal(new TextRange(2, 3), left.Offsets[6]);
    }

    [Fact]
    public void EncodeBatch_Longest_PadsToTheLongest()
    {
        var batch = new TokenBatch();
        _tokenizer.EncodeBatch(["a", "a b c", new TextPair("a", "b")], batch, new EncodeOptions { Padding = PaddingStrategy.Longest });

        Assert.Equal(
            ["[CLS] a [SEP] [PAD] [PAD]", "[CLS] a b c [SEP]", "[CLS] a [SEP] b [SEP]"],
            Enumerable.Range(0, batch.Count).Select(i => Join(batch[i])));
        Assert.Equal(5, batch.MaxLength);
        Assert.Throws<ArgumentOutOfRangeException>(() => batch[3]);
    }

    private string Encode(string first, string? second, EncodeOptions options) =>
        Join(second is null ? _tokenizer.Encode(first, options) : _tokenizer.EncodePair(first, second, options));

    private string Join(TokenEncoding encoding) => string.Join(' ', TestVocabulary.Tokens(_tokenizer, encoding));
}

using System.Buffers;
using System.Diagnostics;
using System.Reflection;

namespace ServerlessInference.Tokenizers.Tests;

public sealed class TokenizerTests
{
    private readonly Tokenizer _tokenizer = TestVocabulary.Uncased();

    [Theory]
    [InlineData("The QUICK fox!", "the quick fox !")]
    [InlineData("unaffable", "un ##aff ##able")]
    [InlineData("café cafe\u0301 CAFÉ", "cafe cafe cafe")]
    [InlineData("fox中文fox", "fox 中 文 fox")]
    [InlineData("fo\u200bx \u0000fox\u0007", "fox fox")]
    [InlineData("fox\u00a0the\u3000fox\tthe\r\nfox", "fox the fox the fox")]
    [InlineData("한", "ᄒ ##ᅡ ##ᆫ")]
    [InlineData("İs", "is")]
    [InlineData("Ω fox", "[UNK] fox")]
    [InlineData(
        "internationalization internationalizationalizationx",
        "internationalization internationalization ##a ##l ##i ##z ##a ##t ##i ##o ##n ##x")]
    [InlineData("fo\ud800x \udc00", "fox")]
    [InlineData("[MASK] [mask] ##s", "[MASK] [UNK] m ##a ##s ##k [UNK] # # s")]
    [InlineData("", "")]
    public void Encode_Text_GivesTokens(string text, string tokens)
    {
        Assert.Equal(tokens.Split(' ', StringSplitOptions.RemoveEmptyEntries), TestVocabulary.Tokens(_tokenizer, text));
    }

    [Fact]
    public void Encode_CasedVocabulary_KeepsCaseAndAccents()
    {
        Tokenizer cased = Tokenizer.FromVocabulary(TestVocabulary.Bytes, new WordPieceOptions { Lowercase = false });

        Assert.Equal(["The", "the", "é", "[UNK]"], TestVocabulary.Tokens(cased, "The the é É"));
    }

    [Fact]
    public void Encode_Default_AddsSpecialTokens()
    {
        TokenEncoding encoding = _tokenizer.EncodePair("fox", "the fox");

        Assert.Equal(["[CLS]", "fox", "[SEP]", "the", "fox", "[SEP]"], TestVocabulary.Tokens(_tokenizer, encoding));
        Assert.Equal([0, 0, 0, 1, 1, 1], encoding.TypeIds.ToArray());
        Assert.Equal([1, 0, 1, 0, 0, 1], encoding.SpecialTokensMask.ToArray());
        Assert.Equal([1, 1, 1, 1, 1, 1], encoding.AttentionMask.ToArray());
        Assert.Equal([-1, 0, -1, 0, 1, -1], encoding.WordIds.ToArray());
        Assert.Equal([-1, 0, -1, 1, 1, -1], encoding.SequenceIds.ToArray());
        Assert.Equal(new TextRange(4, 7), encoding.Offsets[4]);
    }

    [Fact]
    public void Encode_AccentsAndSupplementaryCharacters_OffsetsAreUtf16IndicesIntoTheOriginal()
    {
        const string Text = "🙂 cafe\u0301 the";
        TokenEncoding encoding = _tokenizer.Encode(Text, new EncodeOptions { AddSpecialTokens = false });

        Assert.Equal(["🙂", "cafe", "the"], encoding.Offsets.ToArray().Select(static range => range.Slice(Text).ToString()));
    }

    [Theory]
    [InlineData(100, "x")]
    [InlineData(101, "[UNK]")]
    public void Encode_LongWord_IsUnknownBeyondTheLimit(int length, string first)
    {
        Assert.Equal(first, TestVocabulary.Tokens(_tokenizer, new string('x', length))[0]);
    }

    [Fact]
    public void Encode_UnknownWord_CoversTheWholeWord()
    {
        TokenEncoding encoding = _tokenizer.Encode("fox anΩther", new EncodeOptions { AddSpecialTokens = false });

        Assert.Equal(new TextRange(4, 11), encoding.Offsets[1]);
        Assert.Equal(_tokenizer.UnknownTokenId, encoding.Ids[1]);
    }

    [Fact]
    public void EncodeIds_SpanTooShort_FillsItAndStops()
    {
        int[] ids = [-1, -1, -1, -1];

        Assert.Equal(2, _tokenizer.EncodeIds("unaffable fox", ids.AsSpan(0, 2)));
        Assert.Equal(["un", "##aff"], ids[..2].Select(id => _tokenizer.GetToken(id)!));
        Assert.Equal(-1, ids[2]);
    }

    [Fact]
    public void EncodeIds_Writer_GivesWhatTheSpanGives()
    {
        string text = string.Concat(Enumerable.Repeat("The quick, unaffable fox. ", 200));
        var writer = new ArrayBufferWriter<int>();
        int[] ids = new int[5000];

        _tokenizer.EncodeIds(text, writer);
        int count = _tokenizer.EncodeIds(text, ids);

        Assert.Equal(ids[..count], writer.WrittenSpan.ToArray());
    }

    [Fact]
    public void Encode_AddedTokenFlags_AreApplied()
    {
        Tokenizer tokenizer = TestVocabulary.Uncased(
            new AddedToken(1000, "<l>") { StripsLeft = true },
            new AddedToken(1001, "<r>") { StripsRight = true },
            new AddedToken(1002, "whole") { IsSingleWord = true },
            new AddedToken(1003, "NewWord") { IsNormalized = true });
        const string Text = "fox  <l> the <r>  fox, whole wholes NEWWORD";

        TokenEncoding encoding = tokenizer.Encode(Text, new EncodeOptions { AddSpecialTokens = false });

        Assert.Equal(
            ["fox", "<l>", "the", "<r>", "fox", ",", "whole", "w", "##h", "##o", "##l", "##e", "##s", "newword"],
            TestVocabulary.Tokens(tokenizer, encoding));
        Assert.Equal("  <l>", encoding.Offsets[1].Slice(Text));
        Assert.Equal("<r>  ", encoding.Offsets[3].Slice(Text));
        Assert.Equal("NEWWORD", encoding.Offsets[13].Slice(Text));
    }

    [Fact]
    public void Decode_Ids_JoinsPiecesAndDropsSpecialTokens()
    {
        TokenEncoding encoding = _tokenizer.Encode("The unaffable fox, is the answer!");

        Assert.Equal("the unaffable fox, is the answer!", _tokenizer.Decode(encoding.Ids));
        Assert.StartsWith("[CLS] the", _tokenizer.Decode(encoding.Ids, skipSpecialTokens: false), StringComparison.Ordinal);
    }

    [Fact]
    public void GetToken_GetTokenId_AreInverse()
    {
        Assert.Equal("##aff", _tokenizer.GetToken(_tokenizer.GetTokenId("##aff")!.Value));
        Assert.Null(_tokenizer.GetTokenId("missing"));
        Assert.Null(_tokenizer.GetToken(99999));
        Assert.Null(_tokenizer.GetToken(-1));
    }

    [Fact]
    public void Encode_SteadyState_AllocatesNothing()
    {
        if (typeof(Tokenizer).Assembly.GetCustomAttribute<DebuggableAttribute>() is { IsJITOptimizerDisabled: true })
        {
            Assert.Skip("Measured on optimised builds: unoptimised vector code boxes in the runtime. Run with -c Release.");
        }

        const string Text = "The quick unaffable fox 中文 café, the answer is unknown Ω.";
        var encoding = new TokenEncoding();
        var windows = new TokenBatch();
        int[] ids = new int[100];
        var options = new EncodeOptions { MaxLength = 10, Stride = 2, Padding = PaddingStrategy.Longest };
        // The first rounds grow buffers, and run code that the runtime has not optimised yet.
        long allocated = -1;
        for (int round = 0; round < 5000 && allocated != 0; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 20; i++)
            {
                Run();
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);

        void Run()
        {
            _tokenizer.Encode(Text, encoding);
            _tokenizer.EncodePair(Text, Text, encoding, options);
            _tokenizer.EncodeWindows(Text, windows, options);
            _tokenizer.EncodeIds(Text, ids);
        }
    }

    [Fact]
    public void Encode_ManyThreads_GivesTheSameResult()
    {
        const string Text = "The quick unaffable fox 中文 café, the answer.";
        int[] expected = _tokenizer.Encode(Text).Ids.ToArray();

        Parallel.For(0, 200, _ => Assert.Equal(expected, _tokenizer.Encode(Text).Ids.ToArray()));
    }
}

using System.Buffers;

namespace ServerlessInference.Tokenizers.Tests;

/// <summary>A caller's token model gets special tokens, truncation, windows and padding from the tokenizer.</summary>
public sealed class CustomTokenModelTests
{
    private const int ClassId = 1;
    private const int SeparatorId = 2;

    private readonly Tokenizer _tokenizer = new(
        new CharacterModel(),
        new TokenizerOptions
        {
            Template = SequenceTemplate.CreateBert(ClassId, SeparatorId), PadTokenId = 3, ClassTokenId = ClassId, ModelMaxLength = 99,
        });

    [Fact]
    public void Encode_Text_AddsSpecialTokens()
    {
        TokenEncoding encoding = _tokenizer.Encode("ab c");

        Assert.Equal([ClassId, 'a', 'b', 'c', SeparatorId], encoding.Ids.ToArray());
        Assert.Equal([-1, 0, 0, 1, -1], encoding.WordIds.ToArray());
        Assert.Equal(new TextRange(3, 4), encoding.Offsets[3]);
    }

    [Fact]
    public void EncodePair_TooLong_TruncatesFromEitherSide()
    {
        Assert.Equal(
            [ClassId, 'x', SeparatorId, 'a', 'b', SeparatorId],
            _tokenizer.EncodePair("x", "abcd", new EncodeOptions { MaxLength = 6 }).Ids.ToArray());
        Assert.Equal(
            [ClassId, 'c', 'd', SeparatorId],
            _tokenizer.Encode("ab cd", new EncodeOptions { MaxLength = 4, TruncationSide = TextSide.Left }).Ids.ToArray());
    }

    [Fact]
    public void EncodeWindows_LongText_OverlapsAndPads()
    {
        var windows = new TokenBatch();
        _tokenizer.EncodeWindows("abcdef", windows, new EncodeOptions { MaxLength = 6, Stride = 1, Padding = PaddingStrategy.Longest });

        Assert.Equal(2, windows.Count);
        Assert.Equal([ClassId, 'a', 'b', 'c', 'd', SeparatorId], windows[0].Ids.ToArray());
        Assert.Equal([ClassId, 'd', 'e', 'f', SeparatorId, 3], windows[1].Ids.ToArray());
    }

    [Fact]
    public void EncodeIds_SpanAndWriter_GiveTheModelsIds()
    {
        int[] ids = new int[2];
        var writer = new ArrayBufferWriter<int>();

        Assert.Equal(2, _tokenizer.EncodeIds("abc", ids));
        _tokenizer.EncodeIds("abc", writer);

        Assert.Equal(['a', 'b'], ids);
        Assert.Equal(['a', 'b', 'c'], writer.WrittenSpan.ToArray());
    }

    [Fact]
    public void Members_Options_AreThoseOfTheCaller()
    {
        Assert.Equal((3, ClassId), (_tokenizer.PadTokenId, _tokenizer.ClassTokenId));
        Assert.Equal((99, null), (_tokenizer.ModelMaxLength, _tokenizer.UnknownTokenId));
        Assert.Equal(65536, _tokenizer.VocabularySize);
        Assert.Equal('z', _tokenizer.GetTokenId("z"));
        Assert.Equal("z", _tokenizer.GetToken('z'));
        Assert.Equal("hi", _tokenizer.Decode(['h', 'i']));
    }

    [Fact]
    public void Constructor_WithoutOptions_AddsNothing()
    {
        var plain = new Tokenizer(new CharacterModel());

        Assert.Equal(['o', 'k'], plain.Encode("ok").Ids.ToArray());
        Assert.Equal(0, plain.CountSpecialTokens(isPair: true));
    }

    /// <summary>A token per character; white space separates words.</summary>
    private sealed class CharacterModel : ITokenModel
    {
        public int VocabularySize => char.MaxValue + 1;

        public int? GetTokenId(string token) => token.Length == 1 ? token[0] : null;

        public string? GetToken(int id) => id is >= 0 and <= char.MaxValue ? ((char)id).ToString() : null;

        public void Tokenize(ReadOnlySpan<char> text, TokenSequence tokens, int limit)
        {
            int word = 0;
            for (int i = 0; i < text.Length; i++)
            {
                if (!char.IsWhiteSpace(text[i]))
                {
                    tokens.Add(text[i], i, i + 1, word);
                }
                else if (tokens.Count >= limit)
                {
                    return;
                }
                else
                {
                    word++;
                }
            }
        }

        public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens) => string.Concat(ids.ToArray().Select(GetToken));
    }
}

using System.Text;

namespace ServerlessInference.Tokenizers.Tests;

public sealed class TokenizerLoadingTests : IDisposable
{
    private const string Json = """
        {
          "version": "1.0",
          "truncation": { "direction": "Left", "max_length": 4, "strategy": "OnlyFirst", "stride": 1 },
          "padding": { "strategy": { "Fixed": 6 }, "direction": "Right", "pad_to_multiple_of": 4,
            "pad_id": 0, "pad_type_id": 2, "pad_token": "[PAD]" },
          "added_tokens": [ { "id": 3, "content": "[SEP]", "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false, "special": true } ],
          "normalizer": { "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
            "strip_accents": null, "lowercase": true },
          "pre_tokenizer": { "type": "BertPreTokenizer" },
          "post_processor": { "type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2] },
          "decoder": { "type": "WordPiece", "prefix": "##", "cleanup": false },
          "model": { "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
            "vocab": { "[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "fox": 4, "##e\u0073": 5, ",": 6, "Fox": 7 } }
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("tokenizer-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void FromTokenizerJson_TruncationAndPadding_AreSavedAndNotApplied()
    {
        Tokenizer tokenizer = Tokenizer.FromTokenizerJson(Encoding.UTF8.GetBytes(Json));

        Assert.Equal([2, 4, 5, 6, 4, 3], tokenizer.Encode("foxes, Fox").Ids.ToArray());
        EncodeOptions embedded = tokenizer.SavedOptions!;
        Assert.Equal(4, embedded.MaxLength);
        Assert.Equal(TruncationStrategy.OnlyFirst, embedded.Truncation);
        Assert.Equal(TextSide.Left, embedded.TruncationSide);
        Assert.Equal([2, 6, 4, 3, 0, 0, 0, 0], tokenizer.Encode("foxes, Fox", embedded).Ids.ToArray());
        Assert.Equal("foxes , fox", tokenizer.Decode(tokenizer.Encode("foxes, Fox").Ids[1..]));
    }

    [Theory]
    [InlineData("\"pad_to_multiple_of\": 4", "\"pad_to_multiple_of\": -1", "the pad_to_multiple_of -1; it must be 0 to 1000000, or null")]
    [InlineData("\"pad_to_multiple_of\": 4", "\"pad_to_multiple_of\": 2000000000", "the pad_to_multiple_of 2000000000")]
    [InlineData("\"Fixed\": 6", "\"Fixed\": -6", "the strategy.Fixed -6")]
    [InlineData("\"Fixed\": 6", "\"Fixed\": 2000000000", "the strategy.Fixed 2000000000")]
    [InlineData("\"pad_id\": 0", "\"pad_id\": -1", "the pad_id -1")]
    [InlineData("\"pad_type_id\": 2", "\"pad_type_id\": -2", "the pad_type_id -2")]
    [InlineData("\"max_length\": 4", "\"max_length\": 0", "the max_length 0; it must be above 0")]
    [InlineData("\"stride\": 1", "\"stride\": -1", "the stride -1")]
    public void FromTokenizerJson_SizeOutOfRange_IsRefusedAtLoad(string valid, string invalid, string expected)
    {
        string json = Json.Replace(valid, invalid, StringComparison.Ordinal);

        InvalidDataException error = Assert.Throws<InvalidDataException>(() => Tokenizer.FromTokenizerJson(Encoding.UTF8.GetBytes(json)));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FromTokenizerJson_CasedConfig_TakesPrecedence()
    {
        Tokenizer tokenizer = Tokenizer.FromTokenizerJson(
            Encoding.UTF8.GetBytes(Json), """{"do_lower_case": false, "model_max_length": 1000000000000000019884624838656}"""u8);

        Assert.Equal([2, 7, 3], tokenizer.Encode("Fox").Ids.ToArray());
        Assert.Null(tokenizer.ModelMaxLength);
    }

    [Theory]
    [InlineData("{\"model\": {\"type\": \"Morphemes\", \"vocab\": {\"a\": 0}}}", "The model is 'Morphemes'")]
    [InlineData("{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}}}", "has no merges")]
    [InlineData("{\"model\": {\"merges\": [\"a a\"], \"vocab\": {\"a\": 0}}}", "'a a', has a part or a result that model.vocab lacks")]
    [InlineData(
        "{\"normalizer\": {\"type\": \"NFX\"}, \"model\": {\"vocab\": {\"a\": 0}, \"unk_token\": \"a\"}}", "The normalizer is 'NFX'")]
    [InlineData(
        "{\"pre_tokenizer\": {\"type\": \"Words\"}, \"model\": {\"vocab\": {\"a\": 0}, \"unk_token\": \"a\"}}",
        "The pre-tokenizer is 'Words'")]
    [InlineData(
        "{\"decoder\": {\"type\": \"Words\"}, \"model\": {\"vocab\": {\"a\": 0}, \"unk_token\": \"a\"}}", "The decoder is 'Words'")]
    [InlineData("{\"version\": \"2.0\"}", "Its version is '2.0'")]
    [InlineData("{\"extra\": 1}", "the unknown section 'extra'")]
    [InlineData("{\"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"}}", "no model.vocab")]
    [InlineData("[]", "expected an object")]
    [InlineData("{\"model\": {\"vocab\": {\"a\": -1}}}", "has no id between 0")]
    [InlineData("{\"model\": {\"vocab\": {\"a\": 99999999}}}", "has no id between 0")]
    [InlineData("{\"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"}, \"model\": {\"vocab\": {\"a\": 900000}}}", "ids up to 900000")]
    [InlineData("{\"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"}, \"model\": {\"vocab\": {\"a\": 0, \"b\": 0}}}", "have the id 0")]
    [InlineData(
        "{\"model\": {\"type\": \"WordLevel\", \"vocab\": {\"a\": 0}, \"unk_token\": \"[UNK]\"}}", "lacks the unknown token '[UNK]'")]
    [InlineData("{\"model\": {\"max_input_chars_per_word\": \"x\"}}", "tokenizer.json cannot be read")]
    [InlineData("{\"added_tokens\": [{\"content\": \"x\"}]}", "lacks its content or its id")]
    [InlineData("{", "tokenizer.json cannot be read")]
    public void FromTokenizerJson_UnsupportedOrDamaged_NamesTheReason(string json, string message)
    {
        InvalidDataException exception = Assert.Throws<InvalidDataException>(
            () => Tokenizer.FromTokenizerJson(Encoding.UTF8.GetBytes(json)));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FromVocabulary_LacksSpecialToken_NamesIt()
    {
        InvalidDataException exception = Assert.Throws<InvalidDataException>(() => Tokenizer.FromVocabulary("[UNK]\n[CLS]\nfox"u8));

        Assert.Contains("lacks the special token '[SEP]'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FromVocabulary_EmptyOrNotUtf8_Throws()
    {
        InvalidDataException empty = Assert.Throws<InvalidDataException>(() => Tokenizer.FromVocabulary(default));
        InvalidDataException binary = Assert.Throws<InvalidDataException>(() => Tokenizer.FromVocabulary([0xFF]));

        Assert.Contains("is empty", empty.Message, StringComparison.Ordinal);
        Assert.Contains("not UTF-8", binary.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FromVocabulary_WindowsLineEndingsAndByteOrderMark_AreAccepted()
    {
        string text = "\uFEFF" + Encoding.UTF8.GetString(TestVocabulary.Bytes).Replace("\n", "\r\n", StringComparison.Ordinal);
        Tokenizer tokenizer = Tokenizer.FromVocabulary(Encoding.UTF8.GetBytes(text));

        Assert.Equal(["un", "##aff", "##able"], TestVocabulary.Tokens(tokenizer, "unaffable"));
    }

    [Fact]
    public void FromVocabulary_DuplicateToken_LaterIdWins()
    {
        Tokenizer tokenizer = Tokenizer.FromVocabulary("[PAD]\n[UNK]\n[CLS]\n[SEP]\nfox\ncat\nfox\n"u8);

        Assert.Equal([6], tokenizer.Encode("fox", new EncodeOptions { AddSpecialTokens = false }).Ids.ToArray());
        Assert.Null(tokenizer.GetToken(4));
    }

    [Fact]
    public void Load_FolderWithVocabularyAndConfig_ReadsBoth()
    {
        File.WriteAllBytes(Path.Combine(_folder, "vocab.txt"), TestVocabulary.Bytes);
        File.WriteAllText(
            Path.Combine(_folder, "tokenizer_config.json"),
            """
            {"do_lower_case": false, "unk_token": {"content": "[UNK]"}, "model_max_length": 512,
             "added_tokens_decoder": {"7": {"content": "<x>", "special": true}}}
            """);

        Tokenizer tokenizer = Tokenizer.Load(_folder);

        Assert.Equal(["The", "<x>"], TestVocabulary.Tokens(tokenizer, "The<x>"));
        Assert.Equal(512, tokenizer.ModelMaxLength);
    }

    [Fact]
    public void Load_BothFiles_PrefersTokenizerJson()
    {
        File.WriteAllBytes(Path.Combine(_folder, "vocab.txt"), TestVocabulary.Bytes);
        File.WriteAllText(Path.Combine(_folder, "tokenizer.json"), Json);

        Assert.Equal(8, Tokenizer.Load(_folder).VocabularySize);
    }

    [Fact]
    public void Load_NeitherFile_NamesBoth()
    {
        FileNotFoundException exception = Assert.Throws<FileNotFoundException>(() => Tokenizer.Load(_folder));

        Assert.Contains("neither tokenizer.json nor vocab.txt", exception.Message, StringComparison.Ordinal);
    }
}

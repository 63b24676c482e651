using System.Text;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tokenizers.Tests;

/// <summary>Folders without <c>tokenizer.json</c>.</summary>
public sealed class ConvertedFilesTests
{
    private readonly Dictionary<string, byte[]> _files = [];

    [Fact]
    public void Load_Gemma_SplitsAtSpacesAndFallsBackToBytes()
    {
        SetModel(
            "tokenizer.model", kind: 2,
            ("<pad>", 0, 3), ("<eos>", 0, 3), ("<bos>", 0, 3), ("<unk>", 0, 2), ("<0x09>", 0, 6), ("<0xC3>", 0, 6), ("<0xA9>", 0, 6),
            ("ab", -1, 1), ("▁ab", -2, 1), ("a", -3, 1), ("b", -4, 1), ("▁", -5, 1));
        SetText("tokenizer_config.json", """{"tokenizer_class": "GemmaTokenizer"}""");
        Tokenizer tokenizer = Load();

        TokenEncoding encoding = tokenizer.EncodePair("ab ab\té", "b");

        Assert.Equal([2, 7, 8, 4, 5, 6, 2, 10], encoding.Ids.ToArray());
        Assert.Equal([0, 0, 0, 0, 0, 0, 1, 1], encoding.TypeIds.ToArray());
        Assert.Equal("ab ab\té", tokenizer.Decode(encoding.Ids[..6]));
        Assert.Equal((TextSide.Left, 0), (tokenizer.PaddingSide, tokenizer.PadTokenId));
    }

    [Theory]
    [InlineData("", "▁ab,▁ab,▁,<0xC3>,<0xA9>")]
    [InlineData(""", "add_prefix_space": false""", "ab,▁ab,▁,<0xC3>,<0xA9>")]
    [InlineData(""", "add_bos_token": false, "add_eos_token": true""", "▁ab,▁ab,▁,<0xC3>,<0xA9>,</s>")]
    public void Load_Llama_FollowsTheSettings(string settings, string expected)
    {
        SetModel(
            "tokenizer.model", kind: 2,
            ("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3), ("<0xC3>", 0, 6), ("<0xA9>", 0, 6), ("ab", -1, 1), ("▁ab", -2, 1), ("a", -3, 1),
            ("b", -4, 1), ("▁", -5, 1));
        SetText("tokenizer_config.json", $$"""{"tokenizer_class": "LlamaTokenizer"{{settings}}}""");
        Tokenizer tokenizer = Load();

        string[] tokens = TestVocabulary.Tokens(tokenizer, tokenizer.Encode("ab ab é"));

        bool starts = !settings.Contains("add_bos_token", StringComparison.Ordinal);
        Assert.Equal((starts ? "<s>," : string.Empty) + expected, string.Join(',', tokens));
    }

    [Fact]
    public void Load_T5_HasExtraIdsAndTakesTheClassFromTheModelType()
    {
        SetModel("spiece.model", kind: 1, ("<pad>", 0, 3), ("</s>", 0, 3), ("<unk>", 0, 2), ("▁a", -1, 1), ("▁", -2, 1), ("b", -3, 1));
        SetText("config.json", """{"architectures": ["T5Model"], "model_type": "t5"}""");
        Tokenizer tokenizer = Load();

        Assert.Equal([3, 5, 105, 4, 2, 1], tokenizer.Encode("ab<extra_id_0>c").Ids.ToArray());
        Assert.Equal(106, tokenizer.VocabularySize);
    }

    [Fact]
    public void Load_VocabularyAndMerges_AddsTokensThatAreNotInTheVocabulary()
    {
        SetText("vocab.json", """{"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "a": 4, "b": 5, "ab": 6, "Ġ": 7}""");
        SetText("merges.txt", "#version: 0.2\na b\n");
        SetText("tokenizer_config.json", """{"tokenizer_class": "RobertaTokenizer"}""");
        SetText("added_tokens.json", """{"[NEW]": 9, "<mask>": 8}""");
        Tokenizer tokenizer = Load();

        Assert.Equal([0, 6, 8, 9, 2, 2, 5, 2], tokenizer.EncodePair("ab<mask>[NEW]", "b").Ids.ToArray());
        Assert.Equal((1, 0, 3), (tokenizer.PadTokenId, tokenizer.ClassTokenId, tokenizer.GetTokenId("<unk>")));
    }

    [Theory]
    [InlineData("vocab.txt", """{"tokenizer_class": "BertJapaneseTokenizer"}""", "is a BertJapaneseTokenizer, which splits words with")]
    [InlineData("spiece.model", "{}", "neither the tokenizer_class of tokenizer_config.json nor the model_type of config.json")]
    [InlineData("spiece.model", """{"tokenizer_class": "MarianTokenizer"}""", "is a 'MarianTokenizer'; of spiece.model, T5Tokenizer,")]
    [InlineData("spiece.model", """{"tokenizer_class": "T5Tokenizer"}""", "spiece.model cannot be read: it is not a SentencePiece model")]
    [InlineData("vocab.json", """{"tokenizer_class": "WhisperTokenizer"}""", "is a 'WhisperTokenizer'; of vocab.json, GPT2Tokenizer,")]
    public void Load_WhatIsNotSupported_IsRefusedByName(string file, string config, string message)
    {
        SetText(file, "{\"a\": 0}");
        SetText("tokenizer_config.json", config);

        Assert.Contains(message, Assert.Throws<InvalidDataException>(Load).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_VocabularyWithoutMerges_SaysWhatIsMissing()
    {
        SetText("vocab.json", "{\"a\": 0}");
        SetText("tokenizer_config.json", """{"tokenizer_class": "GPT2Tokenizer"}""");

        Assert.Contains("has vocab.json but no merges.txt", Assert.Throws<FileNotFoundException>(Load).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("T5Tokenizer", 1)]
    [InlineData("XLMRobertaTokenizer", 1)]
    [InlineData("LlamaTokenizer", 2)]
    public void Load_DamagedModel_ThrowsTheDocumentedExceptionOnly(string name, int kind)
    {
        SetModel("spiece.model", kind, ("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3), ("ab", -1, 1), ("a", -3, 1), ("b", -4, 1));
        SetText("tokenizer_config.json", $$"""{"tokenizer_class": "{{name}}"}""");
        byte[] original = _files["spiece.model"];
        var random = new Random(kind);
        int loaded = 0;
        for (int i = 0; i < 2000; i++)
        {
            byte[] damaged = [.. original[..(i % 3 == 0 ? random.Next(original.Length) : original.Length)]];
            for (int change = random.Next(4); change > 0 && damaged.Length > 0; change--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            _files["spiece.model"] = damaged;
            try
            {
                Load().Encode("ab é");
                loaded++;
            }
            catch (InvalidDataException)
            {
                // What damaged files may throw.
            }
        }

        Assert.InRange(loaded, 1, 1999);
    }

    private Tokenizer Load() => Tokenizer.Load(
        name => _files.TryGetValue(name, out byte[]? content) ? content : (ReadOnlyMemory<byte>?)null, "the folder");

    private void SetText(string name, string content) => _files[name] = Encoding.UTF8.GetBytes(content);

    private void SetModel(string name, int kind, params (string Text, float Score, int Kind)[] pieces)
    {
        var file = new ProtobufWriter();
        foreach ((string text, float score, int pieceKind) in pieces)
        {
            file.Message(1, new ProtobufWriter().Text(1, text).Fixed32(2, score).Varint(3, pieceKind));
        }

        int unknown = Array.FindIndex(pieces, static piece => piece.Kind == 2);
        _files[name] = file.Message(2, new ProtobufWriter().Varint(3, kind).Varint(40, unknown)).ToArray();
    }
}

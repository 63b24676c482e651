namespace ServerlessInference.Tokenizers.Tests;

/// <summary>Tokenizers of the collected cases.</summary>
public sealed class CollectedFilesTests
{
    [Fact]
    public void Load_MpNet_SeparatesPairsByTwoTokensAndHasNoTypes()
    {
        Tokenizer tokenizer = Load("mpnet", "tokenizer.json");
        var encoding = new TokenEncoding();

        tokenizer.EncodePair("hello", "world", encoding);

        Assert.Equal(["<s>", "hello", "</s>", "</s>", "world", "</s>"], encoding.Ids.ToArray().Select(id => tokenizer.GetToken(id)));
        Assert.All(encoding.TypeIds.ToArray(), type => Assert.Equal(0, type));
    }

    [Fact]
    public void Load_Japanese_IsRefusedByName()
    {
        InvalidDataException exception = Assert.Throws<InvalidDataException>(() => Load("japanese", "vocab.txt"));

        Assert.Contains("BertJapaneseTokenizer", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_AddedTokens_AreFoundInTexts()
    {
        Tokenizer tokenizer = Load("added-tokens", "vocab.txt");
        var encoding = new TokenEncoding();

        tokenizer.Encode("hello <ent> world", encoding);

        Assert.Contains(28, encoding.Ids.ToArray());
    }

    private static Tokenizer Load(string name, string file) => Tokenizer.Load(Path.GetDirectoryName(Cases.File("text", name, file))!);
}

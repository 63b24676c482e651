using System.Text;

namespace ServerlessInference.Tokenizers.Tests;

/// <summary>A <c>vocab.txt</c> is read as BERT's only if the files next to it agree.</summary>
public sealed class VocabularyClassTests
{
    [Theory]
    [InlineData("MPNetTokenizer")]
    [InlineData("FunnelTokenizerFast")]
    [InlineData("RoFormerTokenizer")]
    [InlineData("PhobertTokenizer")]
    [InlineData("BertweetTokenizer")]
    [InlineData("EsmTokenizer")]
    [InlineData("BertJapaneseTokenizer")]
    public void Load_ClassThatIsNotBert_IsRefusedByName(string type)
    {
        InvalidDataException exception = Assert.Throws<InvalidDataException>(
            () => Load(("tokenizer_config.json", $$"""{"tokenizer_class": "{{type}}"}""")));

        Assert.Contains(type.Replace("Fast", string.Empty, StringComparison.Ordinal), exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mpnet")]
    [InlineData("roformer")]
    [InlineData("roberta")]
    public void Load_TypeThatIsNotBert_IsRefused(string type)
    {
        Assert.Throws<InvalidDataException>(() => Load(("config.json", $$"""{"model_type": "{{type}}"}""")));
    }

    [Theory]
    [InlineData("tokenizer_config.json", """{"tokenizer_class": "BertTokenizer"}""")]
    [InlineData("tokenizer_config.json", """{"tokenizer_class": "DistilBertTokenizerFast"}""")]
    [InlineData("config.json", """{"model_type": "bert"}""")]
    [InlineData("config.json", """{"model_type": "nomic_bert"}""")]
    [InlineData("config.json", "\uFEFF{}")]
    public void Load_BertOrUnknown_Loads(string file, string content)
    {
        Assert.NotNull(Load((file, content)));
    }

    [Fact]
    public void Load_AddedTokensFile_IsRead()
    {
        Tokenizer tokenizer = Load(("added_tokens.json", "\uFEFF{\"<ent>\": 1000}"));

        Assert.Equal(1000, tokenizer.GetTokenId("<ent>"));
    }

    private static Tokenizer Load((string Name, string Content) file) => Tokenizer.Load(
        name => name == "vocab.txt" ? TestVocabulary.Bytes
            : name == file.Name ? Encoding.UTF8.GetBytes(file.Content)
            : (ReadOnlyMemory<byte>?)null,
        "memory");
}

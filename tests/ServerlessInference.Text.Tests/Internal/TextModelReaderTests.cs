using ServerlessInference.Sessions;
using ServerlessInference.Text.Tests.Support;
using ServerlessInference.Tokenizers;

namespace ServerlessInference.Text.Tests;

public sealed class TextModelReaderTests
{
    private const string WithoutPadding = """
        {
          "version": "1.0", "added_tokens": [],
          "pre_tokenizer": {"type": "Whitespace"},
          "model": {"type": "WordLevel", "unk_token": "u", "vocab": {"u": 0, "a": 1, "b": 2}}
        }
        """;

    [Theory]
    [InlineData("""{"max_position_embeddings": 40}""", 40)]
    [InlineData("""{"max_position_embeddings": 514, "model_type": "roberta"}""", 512)]
    [InlineData("""{"max_position_embeddings": 514, "model_type": "camembert", "pad_token_id": 3}""", 510)]
    [InlineData("""{"model_type": "roberta"}""", 512)]
    public void Read_PositionsOfTheModel_LimitTheLength(string config, int expected)
    {
        LoadedModel model = TestModels.Create(TestModels.BertInputs(), [],
            ("config.json", config), ("tokenizer_config.json", """{"tokenizer_class": "BertTokenizer"}"""));

        Assert.Equal(expected, new TextModelReader().Read(model).MaxLength);
    }

    [Theory]
    [InlineData("""{}""", 0, false)]
    [InlineData("""{"pad_token_id": null}""", 0, false)]
    [InlineData("""{"pad_token_id": 2}""", 2, true)]
    public void Read_TokenizerWithoutPaddingToken_TakesThatOfTheModelOrRunsOneTextAtATime(string config, int padId, bool canPad)
    {
        LoadedModel model = TestModels.Create(
            TestModels.BertInputs(), [], ("config.json", config), ("tokenizer.json", WithoutPadding));
        var reader = new TextModelReader();
        TextModel text = reader.Read(model);
        var preprocessor = new TextPreprocessor<string>(
            reader, static text => new TextPair(text), static pair => pair.First, _ => new TextSettings(null), truncate: true);

        Assert.Equal((padId, canPad), (text.Padding.TokenId, text.CanPad));
        Assert.Equal(canPad ? int.MaxValue : 1, preprocessor.GetMaxBatchSize(model));
    }
}

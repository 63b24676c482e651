using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Text.Embeddings;
using ServerlessInference.Text.Tests.Support;

namespace ServerlessInference.Text.Tests.Embeddings;

/// <summary>What the files of sentence-transformers next to a model decide.</summary>
public sealed class SentenceFilesTests
{
    private static readonly ValueDescription[] _tokenVectors = [TestModels.Floats("last_hidden_state", -1, -1, 2)];

    [Theory]
    [InlineData("""{"pooling_mode": "mean"}""", new[] { TextPooling.Mean })]
    [InlineData("""{"pooling_mode": "cls"}""", new[] { TextPooling.Class })]
    [InlineData("""{"pooling_mode": "max"}""", new[] { TextPooling.Max })]
    [InlineData("""{"pooling_mode": "lasttoken"}""", new[] { TextPooling.LastToken })]
    [InlineData("""{"pooling_mode": ["max", "weightedmean"]}""", new[] { TextPooling.Max, TextPooling.WeightedMean })]
    [InlineData("""{"pooling_mode": "cls", "pooling_mode_max_tokens": true}""", new[] { TextPooling.Class })]
    [InlineData("""{"pooling_mode_mean_sqrt_len_tokens": true}""", new[] { TextPooling.MeanSquareRoot })]
    [InlineData(
        """{"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": true, "pooling_mode_lasttoken": true}""",
        new[] { TextPooling.Class, TextPooling.Mean, TextPooling.LastToken })]
    [InlineData("""{}""", new[] { TextPooling.Mean })]
    [InlineData("\uFEFF{\"pooling_mode\": \"cls\"}", new[] { TextPooling.Class })]
    public void Read_PoolingFile_GivesTheModesInOrder(string file, TextPooling[] expected)
    {
        LoadedModel model = TestModels.Create(TestModels.BertInputs(), _tokenVectors, ("1_Pooling/config.json", file));

        Assert.Equal(expected, EmbeddingPlan.Read(model, new TextEmbeddingOptions()).Pooling);
    }

    [Fact]
    public void Read_PoolingFolderOfModulesFile_IsUsed()
    {
        LoadedModel model = TestModels.Create(
            TestModels.BertInputs(), _tokenVectors,
            ("modules.json", """[{"type": "a.Transformer", "path": ""}, {"type": "a.Pooling", "path": "7_Pooling"}]"""),
            ("7_Pooling/config.json", """{"pooling_mode": "max"}"""),
            ("1_Pooling/config.json", """{"pooling_mode": "cls"}"""));

        EmbeddingPlan plan = EmbeddingPlan.Read(model, new TextEmbeddingOptions());

        Assert.Equal([TextPooling.Max], plan.Pooling);
        Assert.False(plan.Normalize);
    }

    [Theory]
    [InlineData("""{"pooling_mode": "attention"}""")]
    [InlineData("""{"pooling_mode": 5}""")]
    public void Read_UnknownMode_IsRefused(string file)
    {
        LoadedModel model = TestModels.Create(TestModels.BertInputs(), _tokenVectors, ("1_Pooling/config.json", file));

        Assert.Throws<ModelLoadException>(() => EmbeddingPlan.Read(model, new TextEmbeddingOptions()));
    }

    [Theory]
    [InlineData("sentence_transformers.models.Dense")]
    [InlineData("sentence_transformers.models.LSTM")]
    [InlineData("custom_st.Transformer2")]
    public void Read_ModuleThatChangesVectors_IsRefusedUnlessTheModelContainsIt(string type)
    {
        (string, string) modules = ("modules.json", $$"""[{"type": "a.Transformer"}, {"type": "{{type}}", "path": "2_X"}]""");
        LoadedModel tokens = TestModels.Create(TestModels.BertInputs(), _tokenVectors, modules);
        LoadedModel whole = TestModels.Create(
            TestModels.BertInputs(), [.. _tokenVectors, TestModels.Floats("sentence_embedding", -1, 2)], modules);

        ModelContractException exception = Assert.Throws<ModelContractException>(
            () => EmbeddingPlan.Read(tokens, new TextEmbeddingOptions()));
        Assert.Contains("(2_X)", exception.Message, StringComparison.Ordinal);
        Assert.Equal(1, EmbeddingPlan.Read(whole, new TextEmbeddingOptions()).Output);
    }

    [Fact]
    public void Read_NoFiles_MeanIsAssumedAndSaid()
    {
        LoadedModel model = TestModels.Create(TestModels.BertInputs(), _tokenVectors);

        Assert.Equal([TextPooling.Mean], EmbeddingPlan.Read(model, new TextEmbeddingOptions()).Pooling);
        Assert.Contains(model.Decisions, static decision => decision is { Subject: "pooling", NeedsAttention: true });
    }

    [Fact]
    public void ReadSettings_DefaultPrompt_IsPutInFront()
    {
        LoadedModel model = TestModels.Create(
            TestModels.BertInputs(), _tokenVectors,
            ("config_sentence_transformers.json", """{"prompts": {"query": "query: "}, "default_prompt_name": "query"}"""),
            ("sentence_bert_config.json", """{"max_seq_length": 7, "do_lower_case": true}"""));

        TextSettings settings = SentenceSettings.Read(model, new TextModelReader().ReadTokenizer(model.Artifact), null);

        Assert.Equal(new TextSettings(7, "query: "), settings);
    }

    [Fact]
    public void ReadSettings_LowerCaseThatTheTokenizerDoesNotDo_IsRefused()
    {
        LoadedModel model = TestModels.Create(
            TestModels.BertInputs(), _tokenVectors,
            ("sentence_bert_config.json", """{"do_lower_case": true}"""),
            ("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nabc\nABC\n"),
            ("tokenizer_config.json", """{"do_lower_case": false}"""));

        Assert.Throws<ModelLoadException>(
            () => SentenceSettings.Read(model, new TextModelReader().ReadTokenizer(model.Artifact), null));
    }

    [Fact]
    public void Pool_EachMode_FollowsItsFormula()
    {
        float[] tokens = [1, 2, 3, 4, 100, 100];
        int[] mask = [1, 1, 0];

        Assert.Equal([3f, 4f], Pool(TextPooling.LastToken));
        Assert.Equal([7f / 3, 10f / 3], Pool(TextPooling.WeightedMean));
        Assert.Equal([4 / MathF.Sqrt(2), 6 / MathF.Sqrt(2)], Pool(TextPooling.MeanSquareRoot));

        float[] Pool(TextPooling mode)
        {
            float[] vector = new float[2];
            Pooling.Pool(tokens, mask, mode, vector);
            return vector;
        }
    }

    [Theory]
    [InlineData("input.1")]
    [InlineData("tokens")]
    public void Bind_SingleInputOfAnotherName_ReceivesTheIds(string name)
    {
        LoadedModel model = TestModels.Create(
            [new(name, ValueKind.Tensor, TensorElementType.Int64, [-1, -1])], _tokenVectors);

        Assert.NotNull(TokenInputs.Bind(model));
        Assert.Contains(model.Decisions, decision => decision.Subject == "inputs");
    }

    [Fact]
    public void Bind_SeveralInputsOfOtherNames_NeedTheirNames()
    {
        LoadedModel model = TestModels.Create(
            [
                new("input.1", ValueKind.Tensor, TensorElementType.Int64, [-1, -1]),
                new("input.3", ValueKind.Tensor, TensorElementType.Int64, [-1, -1]),
            ],
            _tokenVectors);

        Assert.Contains(
            "UseTextInputs", Assert.Throws<ModelContractException>(() => TokenInputs.Bind(model)).Message, StringComparison.Ordinal);
        Assert.NotNull(TokenInputs.Bind(model, new TextInputNames("input.1", "input.3", null, null)));
        Assert.Throws<ModelContractException>(() => TokenInputs.Bind(model, new TextInputNames("input.2", null, null, null)));
    }

    [Theory]
    [InlineData(-1, 40)]
    [InlineData(0, 40)]
    [InlineData(1, 40)]
    [InlineData(30, 30)]
    [InlineData(100, 40)]
    public void ReadMaxLength_ModelMaxLength_IsWithinThePositions(int stated, int expected)
    {
        LoadedModel model = TestModels.Create(
            TestModels.BertInputs(), [],
            ("config.json", """{"max_position_embeddings": 40}"""), ("tokenizer_config.json", $$"""{"model_max_length": {{stated}}}"""));

        Assert.Equal(expected, new TextModelReader().Read(model).MaxLength);
    }
}

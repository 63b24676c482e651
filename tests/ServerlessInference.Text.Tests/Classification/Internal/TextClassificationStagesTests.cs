using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Text.Classification;
using ServerlessInference.Text.Tests.Support;
using ServerlessInference.Tokenizers;

namespace ServerlessInference.Text.Tests.Classification;

public sealed class TextClassificationStagesTests
{
    private const string Labels = """{"id2label": {"0": "good", "1": "bad", "2": "odd"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Postprocess_SingleLabel_SoftmaxWithTheConfigsLabels()
    {
        TextClassification answer = await Classify(Labels + "}", new TextClassificationOptions { TopK = 2 }, 1, 3, 2);

        Assert.Equal(["bad", "odd"], answer.Top.Select(static score => score.Label));
        Assert.Equal(0.66524096f, answer.Top[0].Score, 5);
        Assert.Equal(0.24472847f, answer.Top[1].Score, 5);
    }

    [Fact]
    public async Task Postprocess_MultiLabel_Sigmoid()
    {
        TextClassification answer = await Classify(
            Labels + ""","problem_type": "multi_label_classification"}""", new TextClassificationOptions { MinScore = 0.5f }, 0, 2, -1);

        Assert.Equal(["bad", "good"], answer.Top.Select(static score => score.Label));
        Assert.Equal(0.880797f, answer.Top[0].Score, 5);
    }

    [Fact]
    public async Task Postprocess_OneOutput_SigmoidUnlessRegression()
    {
        Assert.Equal(0.880797f, (await Classify("{}", new TextClassificationOptions(), 2)).Top[0].Score, 5);
        Assert.Equal(2f, (await Classify("""{"problem_type": "regression"}""", new TextClassificationOptions(), 2)).Top[0].Score);
    }

    [Fact]
    public async Task Postprocess_LabelsOfAnotherModel_Throws()
    {
        await Assert.ThrowsAsync<ModelContractException>(() => Classify(Labels + "}", new TextClassificationOptions(), 1, 2));
    }

    [Fact]
    public async Task Preprocess_Int32WithoutTypes_FillsWhatTheModelHas()
    {
        LoadedModel model = TestModels.Create(
            TestModels.BertInputs(TensorElementType.Int32)[..2], [TestModels.Floats("logits", -1, 3)]);
        using var batch = new InferenceBatch(model, 2);
        TextPair[] inputs = ["the fox", new("the", "quick fox")];
        await Preprocessor(new TextClassificationOptions()).PreprocessAsync(inputs, batch, Token);

        Assert.Equal([2, 5, 7, 3, 0, 0, 2, 5, 3, 6, 7, 3], batch.CreateInput<int>("input_ids", 2, 6).ToArray());
        Assert.Equal([1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1], batch.CreateInput<int>("attention_mask", 2, 6).ToArray());
    }

    [Fact]
    public async Task Preprocess_LongText_IsTruncatedOrRejected()
    {
        LoadedModel model = TestModels.Create(TestModels.BertInputs(), [TestModels.Floats("logits", -1, 3)]);
        TextPair[] inputs = ["the the the the the the", "fox"];
        using var cut = new InferenceBatch(model, 2);
        await Preprocessor(new TextClassificationOptions { MaxLength = 5 }).PreprocessAsync(inputs, cut, Token);
        Assert.Equal(5, cut.State(static () => new TextBatch()).Tokens[0].Count);

        using var refused = new InferenceBatch(model, 2);
        await Preprocessor(new TextClassificationOptions { MaxLength = 5, Truncate = false }).PreprocessAsync(inputs, refused, Token);
        Assert.Contains("The text has 8 tokens; the model takes 5", refused.GetFailure(0)!.Message, StringComparison.Ordinal);
        Assert.Null(refused.GetFailure(1));
    }

    [Fact]
    public async Task Preprocess_NullText_FailsAlone()
    {
        LoadedModel model = TestModels.Create(TestModels.BertInputs(), [TestModels.Floats("logits", -1, 3)]);
        using var batch = new InferenceBatch(model, 2);
        await Preprocessor(new TextClassificationOptions()).PreprocessAsync(new TextPair[] { new(null!), "fox" }, batch, Token);

        Assert.IsType<InvalidInputException>(batch.GetFailure(0));
        Assert.Null(batch.GetFailure(1));
    }

    [Fact]
    public void Prepare_NoTokenizer_NamesTheMissingFiles()
    {
        using var artifact = new ServerlessInference.Models.ModelArtifact(
            "memory", "1", [ServerlessInference.Models.ModelFile.InMemory("model.onnx", new byte[1])]);
        var model = new LoadedModel(
            new ModelIdentity("test", "1", "memory"),
            new ModelDescription(TestModels.BertInputs(), [TestModels.Floats("logits", -1, 3)]),
            artifact);

        ModelLoadException exception = Assert.Throws<ModelLoadException>(
            () => Preprocessor(new TextClassificationOptions()).Prepare(model));
        Assert.Contains("neither tokenizer.json nor vocab.txt", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_DamagedTokenizer_ThrowsModelLoadException()
    {
        LoadedModel model = TestModels.Create(
            TestModels.BertInputs(), [TestModels.Floats("logits", -1, 3)],
            ("tokenizer.json", """{"model": {"type": "Morphemes", "vocab": {"a": 0}}}"""));

        ModelLoadException exception = Assert.Throws<ModelLoadException>(
            () => Preprocessor(new TextClassificationOptions()).Prepare(model));
        Assert.StartsWith(
            "tokenizer.json cannot be read: The model is 'Morphemes'", exception.Message, StringComparison.Ordinal);
    }

    private static TextPreprocessor<TextPair> Preprocessor(TextClassificationOptions options) =>
        new(new TextModelReader(), static pair => pair, static pair => pair, _ => new TextSettings(options.MaxLength), options.Truncate);

    private static async Task<TextClassification> Classify(string config, TextClassificationOptions options, params float[] logits)
    {
        LoadedModel model = TestModels.Create(
            TestModels.BertInputs(), [TestModels.Floats("logits", -1, logits.Length)], ("config.json", config));
        using var batch = new InferenceBatch(model, 1);
        batch.SetOutput("logits", TensorValue.Create(logits, 1, logits.Length));
        var outputs = new TextClassification[1];
        await new TextClassificationPostprocessor(options).PostprocessAsync(batch, outputs, Token);
        return outputs[0];
    }
}

using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Text.Embeddings;
using ServerlessInference.Text.QuestionAnswering;
using ServerlessInference.Text.Tests.Support;
using ServerlessInference.Tokenizers;

namespace ServerlessInference.Text.Tests;

/// <summary>Models whose settings pad and truncate on the left.</summary>
public sealed class LeftPaddingTests
{
    private const string Left = """{"padding_side": "left", "truncation_side": "left", "pad_token_type_id": 3}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Preprocess_TextsOfSeveralLengths_PadsEveryInputOnTheLeft()
    {
        ValueDescription[] inputs =
        [
            .. TestModels.BertInputs(), new("position_ids", ValueKind.Tensor, TensorElementType.Int64, [-1, -1]),
        ];
        LoadedModel model = TestModels.Create(inputs, [], ("tokenizer_config.json", Left));
        using InferenceBatch batch = await Preprocess(model, null, "fox", "the quick fox");

        Assert.Equal([0, 0, 2, 7, 3, 2, 5, 6, 7, 3], batch.CreateInput<long>("input_ids", 2, 5).ToArray());
        Assert.Equal([0, 0, 1, 1, 1, 1, 1, 1, 1, 1], batch.CreateInput<long>("attention_mask", 2, 5).ToArray());
        Assert.Equal([3, 3, 0, 0, 0, 0, 0, 0, 0, 0], batch.CreateInput<long>("token_type_ids", 2, 5).ToArray());
        Assert.Equal([1, 1, 0, 1, 2, 0, 1, 2, 3, 4], batch.CreateInput<long>("position_ids", 2, 5).ToArray());
    }

    [Fact]
    public async Task Preprocess_LongText_KeepsItsEnd()
    {
        LoadedModel model = TestModels.Create(TestModels.BertInputs(), [], ("tokenizer_config.json", Left));
        using InferenceBatch batch = await Preprocess(model, 4, "the quick fox");

        Assert.Equal([2, 6, 7, 3], batch.CreateInput<long>("input_ids", 1, 4).ToArray());
    }

    [Theory]
    [InlineData(TextPooling.Mean, new[] { 3f, 4f, 4f, 5f })]
    [InlineData(TextPooling.Class, new[] { 2f, 3f, 3f, 4f })]
    public async Task Postprocess_Embeddings_LeavesPaddingOut(TextPooling pooling, float[] expected)
    {
        LoadedModel model = TestModels.Create(
            TestModels.BertInputs(), [TestModels.Floats("last_hidden_state", -1, -1, 2)], ("tokenizer_config.json", Left));
        using InferenceBatch batch = await Preprocess(model, null, "fox", "the fox");
        float[] tokens = [100, 100, 2, 3, 3, 4, 4, 5, 3, 4, 2, 3, 5, 6, 6, 7];
        batch.SetOutput("last_hidden_state", TensorValue.Create(tokens, 2, 4, 2));
        var outputs = new TextEmbedding[2];
        var options = new TextEmbeddingOptions { Pooling = pooling, Normalize = false };
        await new TextEmbeddingPostprocessor(options).PostprocessAsync(batch, outputs, Token);

        Assert.Equal(expected, outputs.SelectMany(static output => output.Vector.ToArray()));
    }

    [Fact]
    public async Task QuestionAnswering_ContextComesFirst_AnswerIsCutFromTheContext()
    {
        const string Context = "the quick Fox";
        ValueDescription[] outputs = [TestModels.Floats("start_logits", -1, -1), TestModels.Floats("end_logits", -1, -1)];
        LoadedModel model = TestModels.Create(TestModels.BertInputs(), outputs, ("tokenizer_config.json", Left));
        using var batch = new InferenceBatch(model, 2);
        var options = new QuestionAnsweringOptions();
        Question[] questions = [new("quick", Context), new("quick quick quick", Context)];
        await new QuestionPreprocessor(new TextModelReader(), options).PreprocessAsync(questions, batch, Token);

        long[] ids = batch.CreateInput<long>("input_ids", 2, 9).ToArray();
        Assert.Equal([0, 0, 2, 5, 6, 7, 3, 6, 3, 2, 5, 6, 7, 3, 6, 6, 6, 3], ids);

        // The highest logits are those of the question and of padding, which are no candidates.
        float[] logits = [.. ids.Select(static (id, i) => id == 7 ? 12f : i is 0 or 7 or 14 ? 20f : 0f)];
        batch.SetOutput("start_logits", TensorValue.Create(logits, 2, 9));
        batch.SetOutput("end_logits", TensorValue.Create(logits, 2, 9));
        var answers = new QuestionAnswers[2];
        await new QuestionPostprocessor(new TextModelReader(), options).PostprocessAsync(batch, answers, Token);

        Assert.All(answers, static answer => Assert.Equal("Fox", answer.Top[0].Text));
        Assert.All(answers, static answer => Assert.Equal(Context.IndexOf("Fox", StringComparison.Ordinal), answer.Top[0].Start));
    }

    private static async Task<InferenceBatch> Preprocess(LoadedModel model, int? maxLength, params string[] texts)
    {
        var batch = new InferenceBatch(model, texts.Length);
        var preprocessor = new TextPreprocessor<string>(
            new TextModelReader(), static text => new TextPair(text), static pair => pair.First,
            _ => new TextSettings(maxLength), truncate: true);
        await preprocessor.PreprocessAsync(texts, batch, Token);
        return batch;
    }
}

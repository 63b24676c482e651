using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Text.Embeddings;
using ServerlessInference.Text.Tests.Support;
using ServerlessInference.Tokenizers;

namespace ServerlessInference.Text.Tests.Embeddings;

public sealed class TextEmbeddingStagesTests
{
    // Two texts of 3 and 4 tokens, vectors of size 2; the fourth token of the first text is padding and must not count.
    private static readonly float[] Tokens = [3, 4, 1, 0, 2, 2, 100, 100, 1, 1, 2, -2, 3, 3, 6, 0];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(TextPooling.Mean, new[] { 2f, 2f, 3f, 0.5f })]
    [InlineData(TextPooling.Class, new[] { 3f, 4f, 1f, 1f })]
    [InlineData(TextPooling.Max, new[] { 3f, 4f, 6f, 3f })]
    public async Task Postprocess_Pooling_LeavesPaddingOut(TextPooling pooling, float[] expected)
    {
        float[][] vectors = await Embed(new TextEmbeddingOptions { Pooling = pooling, Normalize = false });

        Assert.Equal(expected, vectors.SelectMany(static vector => vector));
    }

    [Fact]
    public async Task Postprocess_Default_MeanOfLengthOne()
    {
        float[][] vectors = await Embed(new TextEmbeddingOptions());

        Assert.Equal(0.70710677f, vectors[0][0], 6);
        Assert.Equal(1, vectors[1].Sum(static value => value * value), 5);
    }

    [Fact]
    public async Task Postprocess_FilesOfSentenceTransformers_AreApplied()
    {
        float[][] vectors = await Embed(
            new TextEmbeddingOptions(),
            ("1_Pooling/config.json", """{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}"""),
            ("modules.json", """
                [{"type": "sentence_transformers.models.Transformer"}, {"type": "sentence_transformers.models.Pooling"}]
                """));

        Assert.Equal([3f, 4f], vectors[0]);
    }

    [Fact]
    public async Task Postprocess_PooledVectors_AreUsedUnchanged()
    {
        LoadedModel model = TestModels.Create(
            TestModels.BertInputs(), [TestModels.Floats("token_embeddings", -1, -1, 2), TestModels.Floats("sentence_embedding", -1, 2)]);
        using var batch = new InferenceBatch(model, 1);
        batch.SetOutput("sentence_embedding", TensorValue.Create(new[] { 3f, 4f }, 1, 2));
        var outputs = new TextEmbedding[1];
        await new TextEmbeddingPostprocessor(new TextEmbeddingOptions()).PostprocessAsync(batch, outputs, Token);

        Assert.Equal([0.6f, 0.8f], outputs[0].Vector.ToArray());
    }

    [Fact]
    public void Prepare_NoTokenVectors_ThrowsWithRemedy()
    {
        LoadedModel model = TestModels.Create(TestModels.BertInputs(), [TestModels.Floats("logits", -1, 3)]);

        ModelContractException exception = Assert.Throws<ModelContractException>(
            () => new TextEmbeddingPostprocessor(new TextEmbeddingOptions()).Prepare(model));
        Assert.Contains("Export the model for the task feature-extraction", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Normalize_Zero_StaysZero()
    {
        float[] vector = [0, 0];
        Pooling.Normalize(vector);

        Assert.Equal([0f, 0f], vector);
    }

    private static async Task<float[][]> Embed(TextEmbeddingOptions options, params (string, string)[] files)
    {
        LoadedModel model = TestModels.Create(TestModels.BertInputs(), [TestModels.Floats("last_hidden_state", -1, -1, 2)], files);
        using var batch = new InferenceBatch(model, 2);
        var preprocessor = new TextPreprocessor<string>(
            new TextModelReader(), static text => new TextPair(text), static pair => pair.First,
            _ => new TextSettings(null), truncate: true);
        await preprocessor.PreprocessAsync(new[] { "fox", "the fox" }, batch, Token);
        batch.SetOutput("last_hidden_state", TensorValue.Create(Tokens, 2, 4, 2));
        var outputs = new TextEmbedding[2];
        await new TextEmbeddingPostprocessor(options).PostprocessAsync(batch, outputs, Token);
        return [.. outputs.Select(static output => output.Vector.ToArray())];
    }
}

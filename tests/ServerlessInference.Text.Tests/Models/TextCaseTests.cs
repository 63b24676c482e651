using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Text.Tests.Support;
using ServerlessInference.Tokenizers;

namespace ServerlessInference.Text.Tests.Models;

/// <summary>The collected text models: each gives the right answer, or is refused.</summary>
public sealed class TextCaseTests
{
    private const string Sample = "how do i reset my password";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("pool-54-cls", "pool-old-cls", TextPooling.Class)]
    [InlineData("pool-54-mean", "pool-54-cls", TextPooling.Mean)]
    public async Task Embed_PoolingFile_IsFollowedInBothSpellings(string model, string other, TextPooling pooling)
    {
        await using ServiceProvider stated = TextCase.Open(model, static builder => builder.UseTextEmbeddings());
        await using ServiceProvider chosen = TextCase.Open(
            other, builder => builder.UseTextEmbeddings(options => options.Pooling = pooling));

        Assert.Equal(await TextCase.EmbedAsync(chosen, Sample), await TextCase.EmbedAsync(stated, Sample));
    }

    [Fact]
    public async Task Embed_LastToken_IsTheVectorOfTheLastToken()
    {
        await using ServiceProvider services = TextCase.Open("pool-old-lasttoken", static builder => builder.UseTextEmbeddings());
        (float[][] tokens, _) = await RunRawAsync("pool-old-lasttoken", Sample);

        float[] vector = await TextCase.EmbedAsync(services, Sample);

        Assert.Equal(tokens[^1], vector);
        Assert.NotEqual(tokens[0], vector);
    }

    [Fact]
    public async Task Embed_DenseModule_IsRefusedByName()
    {
        await using ServiceProvider services = TextCase.Open("dense", static builder => builder.UseTextEmbeddings());

        ModelContractException exception = await Assert.ThrowsAsync<ModelContractException>(
            () => TextCase.EmbedAsync(services, Sample));
        Assert.Contains("Dense (2_Dense)", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Embed_TokenClassifier_IsRefused()
    {
        await using ServiceProvider services = TextCase.Open("token-classification", static builder => builder.UseTextEmbeddings());

        ModelContractException exception = await Assert.ThrowsAsync<ModelContractException>(
            () => TextCase.EmbedAsync(services, Sample));
        Assert.Contains("vectors and not scores", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Embed_PoolerOnly_IsAcceptedAsItIs()
    {
        await using ServiceProvider services = TextCase.Open(
            "pooler-only", static builder => builder.UseTextEmbeddings(options => options.Normalize = false));
        (float[][] vectors, _) = await RunRawAsync("pooler-only", Sample);

        Assert.Equal(vectors[0], await TextCase.EmbedAsync(services, Sample));
    }

    [Fact]
    public async Task Classify_Pair_BothTextsCountAndBothSpellingsAgree()
    {
        await using ServiceProvider services = TextCase.Open("nli", static builder => builder.UseTextClassification());
        string[] lines = File.ReadAllLines(Cases.File("text", "pair.jsonl"));
        var pipeline = services.GetRequiredKeyedService<IEncodedPipeline>(TextCase.Name);

        IReadOnlyList<InferenceResult> results = await pipeline.RunAsync(
            [.. lines.Where(static line => line.Length > 0).Select(static line => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(line)),
                "{\"text\":\"a man eats\"}"u8.ToArray(), "{\"text\":\"a man eats\",\"pair\":\"a man sleeps\"}"u8.ToArray()],
            Token);

        Assert.Equal(Write(pipeline, results[0]), Write(pipeline, results[1]));
        Assert.NotEqual(Write(pipeline, results[0]), Write(pipeline, results[2]));
        Assert.Contains("text_pair", Assert.IsType<InvalidInputException>(results[3].Error).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Classify_Array_AnswersAnArrayWithTheSameScores()
    {
        await using ServiceProvider services = TextCase.Open("nli", static builder => builder.UseTextClassification());
        var pipeline = services.GetRequiredKeyedService<IEncodedPipeline>(TextCase.Name);

        IReadOnlyList<InferenceResult> results = await pipeline.RunAsync(
            ["""["a man eats", {"text": "the cat"}]"""u8.ToArray(), "a man eats"u8.ToArray(), "[]"u8.ToArray()], Token);

        using JsonDocument several = JsonDocument.Parse(Write(pipeline, results[0]));
        using JsonDocument single = JsonDocument.Parse(Write(pipeline, results[1]));
        Assert.Equal(2, several.RootElement.GetArrayLength());
        Assert.Equal(
            single.RootElement.GetProperty("top")[0].GetProperty("score").GetSingle(),
            several.RootElement[0].GetProperty("top")[0].GetProperty("score").GetSingle(),
            1e-6f);
        Assert.Equal("[]", Write(pipeline, results[2]));
    }

    [Fact]
    public async Task Answer_InputsOfTensorFlow_AreFilled()
    {
        await using ServiceProvider services = TextCase.Open("qa-unique-ids", static builder => builder.UseQuestionAnswering());
        var pipeline = services.GetRequiredKeyedService<IInferencePipeline<Question, QuestionAnswers>>(TextCase.Name);

        InferenceResult<QuestionAnswers> result = await pipeline.RunAsync(new Question("how do i", "a man eats . the cat sleeps"), Token);

        Answer best = Assert.Single(result.Value.Top);
        Assert.Equal("a man eats . the cat sleeps"[best.Start..best.End], best.Text);
        Assert.InRange(best.Score, 0, 1);
    }

    [Theory]
    [InlineData("pool-old-cls")]
    [InlineData("pooler-only")]
    [InlineData("token-classification")]
    public async Task Answer_ModelOfAnotherTask_IsRefused(string name)
    {
        await using ServiceProvider services = TextCase.Open(name, static builder => builder.UseQuestionAnswering());
        var pipeline = services.GetRequiredKeyedService<IInferencePipeline<Question, QuestionAnswers>>(TextCase.Name);

        await Assert.ThrowsAsync<ModelContractException>(async () => await pipeline.RunAsync(new Question("a", "b"), Token));
    }

    [Theory]
    [InlineData("pool-old-cls")]
    [InlineData("pooler-only")]
    [InlineData("token-classification")]
    [InlineData("qa-unique-ids")]
    public async Task Classify_ModelOfAnotherTask_IsRefused(string name)
    {
        await using ServiceProvider services = TextCase.Open(name, static builder => builder.UseTextClassification());
        var registry = services.GetRequiredService<IModelRegistry>();

        await Assert.ThrowsAsync<ModelContractException>(async () => (await registry.AcquireAsync(TextCase.Name, Token)).Dispose());
    }

    [Theory]
    [InlineData("regression")]
    [InlineData("multilabel")]
    public async Task Predict_ModelOfAnotherKind_IsRefused(string name)
    {
        await using ServiceProvider services = TextCase.Open(name, static builder => builder.UseLabelPrediction());
        var registry = services.GetRequiredService<IModelRegistry>();

        await Assert.ThrowsAsync<ModelContractException>(async () => (await registry.AcquireAsync(TextCase.Name, Token)).Dispose());
    }

    [Theory]
    [InlineData("stars-int", "1", "3", "5")]
    [InlineData("stars-string", "bad", "good", "soso")]
    public async Task Predict_ClassesOfTheModel_NameLabelAndProbabilities(string name, params string[] classes)
    {
        await using ServiceProvider services = TextCase.Open(name, static builder => builder.UseTextLabelPrediction());
        var pipeline = services.GetRequiredKeyedService<IInferencePipeline<string, LabelPrediction>>(TextCase.Name);

        IReadOnlyList<InferenceResult<LabelPrediction>> results = await pipeline.RunBatchAsync(["bad", "great", "ok"], Token);

        Assert.Equal(classes, results.Select(static result => result.Value.Label));
        Assert.All(results, result => Assert.Equal(classes, result.Value.Probabilities.Select(static score => score.Label)));
        using ModelLease lease = await services.GetRequiredService<IModelRegistry>().AcquireAsync(TextCase.Name, Token);
        Assert.Contains(lease.Model.Decisions, static decision => decision is { Subject: "words", NeedsAttention: true });
    }

    [Fact]
    public async Task Predict_TextAndNumber_LoadsWithoutTheLocaleAndTakesMissingValues()
    {
        await using ServiceProvider services = TextCase.Open("text-and-number", static _ => { });
        var pipeline = services.GetRequiredKeyedService<IEncodedPipeline>(TextCase.Name);

        IReadOnlyList<InferenceResult> results = await pipeline.RunAsync(
            ["""{"text": [["great"]], "age": [[null]]}"""u8.ToArray(), """{"text": [["great"]], "age": [["NaN"]]}"""u8.ToArray()], Token);

        Assert.All(results, static result => Assert.Null(result.Error));
    }

    [Fact]
    public async Task Predict_Imputer_FillsMissingValues()
    {
        await using ServiceProvider services = TextCase.Open("imputer", static _ => { });
        var pipeline = services.GetRequiredKeyedService<IEncodedPipeline>(TextCase.Name);

        IReadOnlyList<InferenceResult> results = await pipeline.RunAsync(["""{"X": [[null, 2]]}"""u8.ToArray()], Token);

        Assert.DoesNotContain("NaN", Write(pipeline, results[0]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_Decisions_AreRecordedWithTheirOrigins()
    {
        await using ServiceProvider services = TextCase.Open("pool-54-cls", static builder => builder.UseTextEmbeddings());
        using ModelLease lease = await services.GetRequiredService<IModelRegistry>().AcquireAsync(TextCase.Name, Token);

        Assert.Contains(new ModelDecision("pooling", "class", "1_Pooling/config.json"), lease.Model.Decisions);
        Assert.Contains(new ModelDecision("normalization", "to length 1", "modules.json"), lease.Model.Decisions);
        Assert.Contains(lease.Model.Decisions, static decision => decision is { Subject: "tokenizer", Origin: "tokenizer.json" });
    }

    /// <summary>Runs the model on the ids of a text, without a pipeline, and splits its first output into rows.</summary>
    private static async Task<(float[][] Rows, int Count)> RunRawAsync(string name, string text)
    {
        string folder = Path.GetDirectoryName(Cases.File("text", name, "model.onnx"))!;
        var encoding = new TokenEncoding();
        Tokenizer.Load(folder).Encode(text, encoding);
        long[] ids = [.. encoding.Ids.ToArray().Select(static id => (long)id)];
        long[] shape = [1, ids.Length];
        await using ServiceProvider services = TextCase.OpenFolder(folder, static _ => { });
        var pipeline = services.GetRequiredKeyedService<IInferencePipeline<NamedValues, NamedValues>>(TextCase.Name);
        NamedValues outputs = (await pipeline.RunAsync(
            new NamedValues
            {
                ["input_ids"] = TensorValue.Create(ids, shape),
                ["token_type_ids"] = TensorValue.Create(new long[ids.Length], shape),
                ["attention_mask"] = TensorValue.Create([.. ids.Select(static _ => 1L)], shape),
            },
            Token)).Value;
        float[] values = ((TensorValue)outputs.First().Value).Elements<float>().ToArray();
        return ([.. values.Chunk(16)], ids.Length);
    }

    private static string Write(IEncodedPipeline pipeline, InferenceResult result)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            pipeline.WriteValue(result, writer);
        }

        return Encoding.UTF8.GetString(json.WrittenSpan);
    }
}

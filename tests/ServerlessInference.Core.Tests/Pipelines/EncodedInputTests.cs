using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Pipelines;
using ServerlessInference.Registration;
using ServerlessInference.Tensors;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Pipelines;

/// <summary>What events can pass to models without a pipeline, and to classical classifiers.</summary>
public sealed class EncodedInputTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunAsync_ModelWithoutPipeline_TakesAndGivesNamedTensors() => Assert.Equal(
        [
            """{"sum":{"dtype":"float32","shape":[2],"data":[4,6]},"difference":{"dtype":"float32","shape":[2],"data":[-2,-2]}}""",
            "InvalidInputException: The input 'b' float32 [n] of model 'm' is missing. Its inputs are 'a' float32 [n], 'b' float32 [n].",
            "InvalidInputException: The model has no input 'c'. Its inputs are 'a' float32 [n], 'b' float32 [n].",
        ],
        await AnswerAsync(
            TinyModels.SumAndDifference(), null, """{"a":[1,2],"b":{"shape":[2],"data":[3,4]}}""", """{"a":[1]}""", """{"c":[1]}"""));

    [Fact]
    public async Task RunAsync_InputOfAnotherShape_IsUnprocessable()
    {
        await using ServiceProvider services = TestModels.Services("m", TinyModels.Double()).BuildServiceProvider();

        InferenceResult result = Assert.Single(await services.GetRequiredKeyedService<IEncodedPipeline>("m")
            .RunAsync([Encoding.UTF8.GetBytes("""{"x":[[1,2]]}""")], Token));

        Assert.Equal(InvalidInputKind.Unprocessable, Assert.IsType<InvalidInputException>(result.Error).Kind);
    }

    [Fact]
    public async Task RunAsync_StringModelWithoutPipeline_TakesStrings() => Assert.Equal(
        ["""{"y":{"dtype":"string","shape":[1,2],"data":["a","b"]}}"""],
        await AnswerAsync(TinyModels.Identity(TensorElementType.String, "n", "m"), null, """{"x":[["a","b"]]}"""));

    [Fact]
    public async Task GetService_OwnPipelineWithoutAcceptEncoded_HasNoEncodedPipeline()
    {
        await using ServiceProvider services = TestModels.Services("m", TinyModels.Double(), model => model
            .UsePipeline<NamedValues, ReadOnlyMemory<float>>(
                _ => throw new NotSupportedException(), _ => throw new NotSupportedException()))
            .BuildServiceProvider();

        Assert.Null(services.GetKeyedService<IEncodedPipeline>("m"));
    }

    [Fact]
    public async Task GetService_PipelineForNamedValuesReplaced_SaysToCallAcceptEncoded()
    {
        ServiceCollection services = TestModels.Services("m", TinyModels.Double());
        services.AddKeyedSingleton<IInferencePipeline<NamedValues, NamedValues>>("m", new ReplacedPipeline());
        await using ServiceProvider provider = services.BuildServiceProvider();

        var error = Assert.Throws<InvalidOperationException>(() => provider.GetRequiredKeyedService<IEncodedPipeline>("m"));

        Assert.Contains("Call AcceptEncoded", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_RowsForAClassifier_AreAnsweredInTheirForm()
    {
        string[] answers = await AnswerAsync(
            TinyModels.Classifier(), model => model.UseLabelPrediction(), "[0,5,0]", "[[9,0,0],[0,0,9]]", "[]", "[[]]");

        Assert.StartsWith("""{"label":"1","probabilities":[{"index":0,"label":"0","score":0.00""", answers[0], StringComparison.Ordinal);
        using JsonDocument rows = JsonDocument.Parse(answers[1]);
        Assert.Equal(["0", "2"], rows.RootElement.EnumerateArray().Select(row => row.GetProperty("label").GetString()));
        Assert.Equal("InvalidInputException: A row of 0 numbers was given; the model takes 3.", answers[2]);
        Assert.Equal("InvalidInputException: Row 0: A row of 0 numbers was given; the model takes 3.", answers[3]);
    }

    [Fact]
    public async Task RunAsync_OneRowOfSeveralIsWrong_FailsTheInputAlone()
    {
        string[] answers = await AnswerAsync(TinyModels.Classifier(), model => model.UseLabelPrediction(), "[[1,2,3],[1]]", "[1,2,3]");

        Assert.Equal("InvalidInputException: Row 1: A row of 1 numbers was given; the model takes 3.", answers[0]);
        Assert.StartsWith("""{"label":"2",""", answers[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "The input is not a row of features in JSON: ")]
    [InlineData("\"a\"", "The input is neither a row of numbers, such as [5.1,3.5], nor an array of rows, nor an object with the names " +
        "of the features.")]
    [InlineData("[[1,2,3],4]", "The input is neither a row of numbers,")]
    [InlineData("[1,[2]]", "The input is not a row of features in JSON: ")]
    [InlineData("[1,2,3] 4", "The input is not a row of features in JSON: ")]
    [InlineData("[1,2,true]", "The input is not a row of features in JSON: ")]
    [InlineData("{\"x\":1}", "The model does not name its features. Send them as an array of numbers.")]
    public async Task RunAsync_OtherJsonForAClassifier_SaysWhatIsWrong(string json, string expected) => Assert.StartsWith(
        "InvalidInputException: " + expected,
        Assert.Single(await AnswerAsync(TinyModels.Classifier(), model => model.UseLabelPrediction(), json)),
        StringComparison.Ordinal);

    [Fact]
    public async Task RunAsync_TooManyRows_IsTooLarge() => Assert.Equal(
        "InvalidInputException: The input has more than 10,000 rows. Split it into several requests.",
        Assert.Single(await AnswerAsync(
            TinyModels.Classifier(), model => model.UseLabelPrediction(), "[" + string.Join(
                ',', Enumerable.Repeat("[1,2,3]", 10_001)) + "]")));

    [Theory]
    [InlineData("[1.5,2.5,7]", """{"label":"7",""")]
    [InlineData("""{"count":7,"width":2.5,"length":1.5}""", """{"label":"7",""")]
    [InlineData(
        """{"count":7,"length":1.5}""",
        "InvalidInputException: The feature 'width' is missing. The features are 'length', 'width', 'count'.")]
    [InlineData("""{"size":7}""", "InvalidInputException: The model has no feature 'size'. The features are 'length', 'width', 'count'.")]
    [InlineData("[1.5,2.5,7.5]", "InvalidInputException: The feature 'count' is not a whole number, as the model requires.")]
    [InlineData("[1.5,2.5]", "InvalidInputException: A row of 2 numbers was given; the model takes 3.")]
    public async Task RunAsync_ModelWithOneInputPerFeature_TakesRowsAndNames(string json, string expected) => Assert.StartsWith(
        expected, Assert.Single(await AnswerAsync(Features(), model => model.UseLabelPrediction(), json)), StringComparison.Ordinal);

    [Fact]
    public async Task RunBatchAsync_ModelWithOneInputPerFeature_FillsEachColumn()
    {
        await using ServiceProvider services = TestModels.Services("m", Features(), model => model.UseLabelPrediction())
            .BuildServiceProvider();
        var pipeline = services.GetRequiredService<IInferencePipeline<ReadOnlyMemory<float>, LabelPrediction>>();

        IReadOnlyList<InferenceResult<LabelPrediction>> results = await pipeline.RunBatchAsync(
            [new float[] { 1, 2, 3 }, new float[] { 4, 5, 6 }], Token);

        Assert.Equal(["3", "6"], results.Select(result => result.Value.Label));
        Assert.Equal([1f, 4f], results.Select(result => result.Value.Probabilities[0].Score));
    }

    // Returns the third feature as the label and the first as the probability, so that each column can be checked.
    private static byte[] Features() => new OnnxModelBuilder()
        .With(graph => graph
            .Input("length", TensorElementType.Float, "n", 1).Input("width", TensorElementType.Double, "n")
            .Input("count", TensorElementType.Int64, "n", 1)
            .Output("label", TensorElementType.Int64, "n", 1).Output("probabilities", TensorElementType.Float, "n", 1)
            .Output("other", TensorElementType.Double, "n")
            .Node("Identity", ["count"], ["label"]).Node("Identity", ["length"], ["probabilities"]).Node("Identity", ["width"], ["other"]))
        .Build();

    private static async Task<string[]> AnswerAsync(byte[] model, Action<ModelBuilder>? configure, params string[] inputs)
    {
        await using ServiceProvider services = TestModels.Services("m", model, configure).BuildServiceProvider();
        IEncodedPipeline pipeline = services.GetRequiredKeyedService<IEncodedPipeline>("m");
        IReadOnlyList<InferenceResult> results = await pipeline.RunAsync(
            [.. inputs.Select(input => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(input))], Token);
        return [.. results.Select(result => result.Error is { } error ? $"{error.GetType().Name}: " +
            $"{error.Message}" : Write(pipeline, result))];
    }

    private static string Write(IEncodedPipeline pipeline, InferenceResult result)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            pipeline.WriteValue(result, writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private sealed class ReplacedPipeline : IInferencePipeline<NamedValues, NamedValues>
    {
        public ValueTask<InferenceResult<NamedValues>> RunAsync(NamedValues input, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public ValueTask<IReadOnlyList<InferenceResult<NamedValues>>> RunBatchAsync(
            IReadOnlyList<NamedValues> inputs, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Pipelines;

public sealed class LabelPredictionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static ReadOnlyMemory<float> Row(params float[] values) => values;

    private static async Task<IReadOnlyList<InferenceResult<LabelPrediction>>> RunAsync(byte[] model, params ReadOnlyMemory<float>[] rows)
    {
        await using ServiceProvider services = TestModels.Services("m", model, builder => builder.UseLabelPrediction())
            .BuildServiceProvider();
        return await services.GetRequiredService<IInferencePipeline<ReadOnlyMemory<float>, LabelPrediction>>().RunBatchAsync(rows, Token);
    }

    [Theory]
    [InlineData(TensorElementType.Float, true)]
    [InlineData(TensorElementType.Double, true)]
    [InlineData(TensorElementType.Float, false)]
    public async Task RunBatchAsync_Classifier_GivesLabelAndProbabilities(TensorElementType type, bool withLabel)
    {
        IReadOnlyList<InferenceResult<LabelPrediction>> results = await RunAsync(
            TinyModels.Classifier(type, withLabel), Row(0, 5, 0), Row(9, 0, 0));

        Assert.Equal(["1", "0"], results.Select(result => result.Value.Label));
        Assert.Equal(["0", "1", "2"], results[0].Value.Probabilities.Select(score => score.Label));
        Assert.Equal(1f, results[0].Value.Probabilities.Sum(score => score.Score), 1e-6f);
        Assert.Equal(0.98670f, results[0].Value.Probabilities[1].Score, 1e-5f);
    }

    [Fact]
    public async Task RunBatchAsync_ZipMap_NamesTheLabels()
    {
        IReadOnlyList<InferenceResult<LabelPrediction>> results = await RunAsync(TinyModels.ZipMap(), Row(0.25f, 0.75f), Row(0.9f, 0.1f));

        Assert.Equal(["yes", "no"], results.Select(result => result.Value.Label));
        Assert.Equal(new LabelScore(0, "no", 0.25f), results[0].Value.Probabilities[0]);
    }

    [Fact]
    public async Task RunBatchAsync_OneRowOfAnotherLength_FailsAlone()
    {
        IReadOnlyList<InferenceResult<LabelPrediction>> results = await RunAsync(
            TinyModels.Classifier(), Row(0, 5, 0), Row(1, 2), Row(0, 0, 5));

        Assert.Equal("A row of 2 numbers was given; the model takes 3.", results[1].Error?.Message);
        Assert.Equal("2", results[2].Value.Label);
    }

    [Fact]
    public async Task RunBatchAsync_ModelThatTakesAnyNumberOfFeatures_TheFirstRowDecides()
    {
        byte[] model = new OnnxModelBuilder().With(graph => graph
            .Input("x", TensorElementType.Float, "n", "features").Output("p", TensorElementType.Float, "n", "features")
            .Node("Softmax", ["x"], ["p"], null, ("axis", 1L))).Build();

        IReadOnlyList<InferenceResult<LabelPrediction>> results = await RunAsync(model, Row(0, 5), Row(1), Row(7, 0));

        Assert.Equal("1", results[0].Value.Label);
        Assert.Equal("A row of 1 numbers was given; the model takes 2.", results[1].Error?.Message);
        Assert.Equal("0", results[2].Value.Label);
    }

    [Fact]
    public async Task RunBatchAsync_FewerLabelsThanInputs_SaysSo()
    {
        byte[] model = new OnnxModelBuilder().With(graph => graph
            .Input("x", TensorElementType.Float, "n", 2).Output("label", TensorElementType.Int64, 1).Weights("zero", [0L], 1)
            .Node("Identity", ["zero"], ["label"])).Build();

        IReadOnlyList<InferenceResult<LabelPrediction>> results = await RunAsync(model, Row(0, 5));
        Assert.Equal("0", results[0].Value.Label);
        await using ServiceProvider services = TestModels.Services("m", model, builder => builder.UseLabelPrediction())
            .BuildServiceProvider();
        using ModelLease lease = await services.Registry().AcquireAsync("m", Token);
        using var batch = new InferenceBatch(lease.Model, 2);
        batch.SetOutput("label", TensorValue.Create([0L], 1));

        ModelContractException error = await Assert.ThrowsAsync<ModelContractException>(
            async () => await new LabelPredictionPostprocessor().PostprocessAsync(batch, new LabelPrediction[2], Token));

        Assert.Equal(
            "The output 'label' int64 [1] of model 'm' has 1 labels for 2 inputs. One label per input was expected; " +
            "set MaxBatchSize to 1 for a model that answers one input at a time.",
            error.Message);
    }

    [Fact]
    public async Task Prepare_InputsThatAreNotNumbers_SaysWhatIsNeeded()
    {
        ModelContractException error = await Assert.ThrowsAsync<ModelContractException>(
            () => RunAsync(TinyModels.Identity(TensorElementType.String, "n", 2), Row(1)));

        Assert.Equal(
            "Model 'm' has the inputs 'x' string [n, 2]; a feature-vector pipeline needs one input of float32 or float64 [n, features], " +
            "or one input per feature, float32, float64 or int64 [n, 1].",
            error.Message);
    }

    [Fact]
    public async Task Prepare_NoLabelsOrProbabilities_SaysWhatIsNeeded()
    {
        byte[] model = new OnnxModelBuilder().With(graph => graph
            .Input("x", TensorElementType.Float, "n", 2).Output("y", TensorElementType.UInt8, "n", 2)
            .Node("Cast", ["x"], ["y"], null, ("to", (long)TensorElementType.UInt8))).Build();

        ModelContractException error = await Assert.ThrowsAsync<ModelContractException>(() => RunAsync(model, Row(1, 2)));

        Assert.Equal(
            "Model 'm' has the outputs 'y' uint8 [n, 2]; a label-and-probability pipeline needs a tensor of int64 or string with labels, " +
            "or a float tensor [n, classes] or a sequence of maps with probabilities.",
            error.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RunBatchAsync_ClassifierWithIntegerClasses_NamesProbabilitiesByTheClasses(bool areStrings)
    {
        byte[] model = new OnnxModelBuilder().With(graph => graph
            .Input("x", TensorElementType.Float, "n", 2)
            .Output("label", areStrings ? TensorElementType.String : TensorElementType.Int64, "n")
            .Output("probabilities", TensorElementType.Float, "n", 2)
            .Node(
                "LinearClassifier", ["x"], ["label", "probabilities"], "ai.onnx.ml",
                ("coefficients", new[] { 1f, 0f, 0f, 1f }), ("intercepts", new[] { 0f, 0f }), ("post_transform", "SOFTMAX"),
                areStrings ? ("classlabels_strings", new[] { "bad", "good" }) : ("classlabels_ints", new[] { 3L, 5L }))).Build();

        IReadOnlyList<InferenceResult<LabelPrediction>> results = await RunAsync(model, Row(0, 5), Row(7, 0));

        string[] classes = areStrings ? ["bad", "good"] : ["3", "5"];
        Assert.Equal([classes[1], classes[0]], results.Select(result => result.Value.Label));
        Assert.Equal(classes, results[0].Value.Probabilities.Select(score => score.Label));
    }

    [Fact]
    public async Task RunBatchAsync_OutputOfTheClasses_NamesTheProbabilities()
    {
        byte[] model = new OnnxModelBuilder().With(graph => graph
            .Input("x", TensorElementType.Float, "n", 2).Output("label", TensorElementType.Int64, "n")
            .Output("probabilities", TensorElementType.Float, "n", 2).Output("class_labels", TensorElementType.Int64, 2)
            .Weights("classes", [3L, 5L], 2)
            .Node("Softmax", ["x"], ["probabilities"], null, ("axis", 1L))
            .Node("ArgMax", ["x"], ["best"], null, ("axis", 1L), ("keepdims", 0L))
            .Node("Gather", ["classes", "best"], ["label"])
            .Node("Identity", ["classes"], ["class_labels"])).Build();

        IReadOnlyList<InferenceResult<LabelPrediction>> results = await RunAsync(model, Row(0, 5));

        Assert.Equal("5", results[0].Value.Label);
        Assert.Equal(["3", "5"], results[0].Value.Probabilities.Select(score => score.Label));
    }

    [Fact]
    public async Task RunBatchAsync_ClassesThatNothingNames_AreNotNumberedByTheirColumns()
    {
        byte[] model = new OnnxModelBuilder().With(graph => graph
            .Input("x", TensorElementType.Float, "n", 2).Output("label", TensorElementType.Int64, "n")
            .Output("probabilities", TensorElementType.Float, "n", 2)
            .Weights("classes", [3L, 5L], 2)
            .Node("Softmax", ["x"], ["probabilities"], null, ("axis", 1L))
            .Node("ArgMax", ["x"], ["best"], null, ("axis", 1L), ("keepdims", 0L))
            .Node("Gather", ["classes", "best"], ["label"])).Build();

        IReadOnlyList<InferenceResult<LabelPrediction>> results = await RunAsync(model, Row(0, 5));

        Assert.Contains("labels.txt", Assert.IsType<ModelContractException>(results[0].Error).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("several labels", "several labels for each row")]
    [InlineData("regression", "predicts a number and not a class")]
    [InlineData("clustering", "distances to the centres of clusters")]
    [InlineData("columns", "zipmap set to False")]
    public async Task Prepare_ModelOfAnotherKind_IsRefused(string kind, string message)
    {
        byte[] model = new OnnxModelBuilder().With(graph =>
        {
            graph.Input("x", TensorElementType.Float, "n", 2);
            string scores = kind == "clustering" ? "scores" : "first";
            graph.Output(scores, TensorElementType.Float, kind == "several labels" || kind == "clustering" ? ["n", 2] : ["n", 1]);
            graph.Weights("one", [1f, 1f], 2, 1);
            if (kind is "several labels" or "clustering")
            {
                graph.Node("Identity", ["x"], [scores]);
            }
            else
            {
                graph.Node("MatMul", ["x", "one"], [scores]);
            }

            if (kind == "columns")
            {
                graph.Output("second", TensorElementType.Float, "n", 1).Node("MatMul", ["x", "one"], ["second"]);
            }

            if (kind == "several labels")
            {
                graph.Output("label", TensorElementType.Int64, "n", 2)
                    .Node("Cast", ["x"], ["label"], null, ("to", (long)TensorElementType.Int64));
            }
            else if (kind != "regression")
            {
                graph.Output("label", TensorElementType.Int64, "n", 1).Node("ArgMax", ["x"], ["label"], null, ("axis", 1L));
            }
        }).Build();

        ModelContractException error = await Assert.ThrowsAsync<ModelContractException>(() => RunAsync(model, Row(1, 2)));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RunBatchAsync_DynamicallyQuantizedModel_RunsTogetherOnlyIfAsked(bool isAsked)
    {
        byte[] model = new OnnxModelBuilder().With(graph => graph
            .Input("x", TensorElementType.Float, "n", 2).Output("p", TensorElementType.Float, "n", 2)
            .Node("DynamicQuantizeLinear", ["x"], ["q", "scale", "zero"])
            .Node("DequantizeLinear", ["q", "scale", "zero"], ["p"])).Build();
        await using ServiceProvider services = TestModels.Services("m", model, builder =>
        {
            builder.UseLabelPrediction();
            if (isAsked)
            {
                builder.Configure(options => options.MaxBatchSize = 16);
            }
        }).BuildServiceProvider();
        var pipeline = services.GetRequiredService<IInferencePipeline<ReadOnlyMemory<float>, LabelPrediction>>();

        InferenceResult<LabelPrediction> alone = await pipeline.RunAsync(Row(1, 0.3f), Token);
        IReadOnlyList<InferenceResult<LabelPrediction>> together = await pipeline.RunBatchAsync([Row(1, 0.3f), Row(1000, 0)], Token);

        Assert.Equal(!isAsked, alone.Value.Probabilities.SequenceEqual(together[0].Value.Probabilities));
    }
}

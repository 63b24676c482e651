using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Pipelines;

public sealed class PipelineStepsTests
{
    private readonly RowPostprocessor _post = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static ReadOnlyMemory<float> Row(params float[] values) => values;

    [Fact]
    public async Task Then_Steps_RunInOrderOnBothSides()
    {
        await using ServiceProvider services = TestModels.Services("m", TinyModels.Double(), model => model.UsePipeline(
            _ => Preprocessing.Step<string, int>(text => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture))
                .Then(Preprocessing.Step<int, ReadOnlyMemory<float>>(number => Row(number, number, number, number)))
                .Then(new FeatureVectorPreprocessor()),
            _ => _post
                .Then(Postprocessing.Step<ReadOnlyMemory<float>, float>(row => row.Span[0]))
                .Then(Postprocessing.Step<float, string>(number => $"<{number}>")))).BuildServiceProvider();

        InferenceResult<string> result = await services.GetRequiredService<IInferencePipeline<string, string>>().RunAsync("21", Token);

        Assert.Equal("<42>", result.Value);
    }

    [Fact]
    public async Task Step_InvalidInput_FailsThatInputAlone()
    {
        int seen = 0;
        await using ServiceProvider services = TestModels.Services("m", TinyModels.Double(), model => model.UsePipeline(
            _ => Preprocessing.Step<int, int>(number => number < 0 ? throw new InvalidInputException($"{number} is negative") : number)
                .Then(Preprocessing.Step<int, ReadOnlyMemory<float>>(number =>
                {
                    seen++;
                    return Row(number, number, number, number);
                }))
                .Then(new FeatureVectorPreprocessor()),
            _ => _post)).BuildServiceProvider();
        var pipeline = services.GetRequiredService<IInferencePipeline<int, ReadOnlyMemory<float>>>();

        IReadOnlyList<InferenceResult<ReadOnlyMemory<float>>> some = await pipeline.RunBatchAsync([-1, 1], Token);
        IReadOnlyList<InferenceResult<ReadOnlyMemory<float>>> none = await pipeline.RunBatchAsync([-1, -2], Token);

        Assert.Equal("-1 is negative", some[0].Error?.Message);
        Assert.Equal(2f, some[1].Value.Span[0]);
        Assert.Equal(["-1 is negative", "-2 is negative"], none.Select(result => result.Error?.Message));
        Assert.Equal(1, seen);
    }

    [Fact]
    public async Task State_SetBeforeTheModel_IsThereBehindIt()
    {
        await using ServiceProvider services = TestModels.Services("m", TinyModels.Double(), model => model.UsePipeline(
            _ => new ScalingStep().Then(new FeatureVectorPreprocessor()), _ => _post.Then(new UnscalingStep()))).BuildServiceProvider();

        InferenceResult<float> result = await services.GetRequiredService<IInferencePipeline<float, float>>().RunAsync(5, Token);

        Assert.Equal(10, result.Value);
    }

    [Fact]
    public async Task After_OtherModel_FeedsItsOutputsToThisOne()
    {
        var services = new ServiceCollection();
        services.AddServerlessInference()
            .Add("first", StubModelSource.Of(TinyModels.Double()))
            .Add("second", StubModelSource.Of(TinyModels.Double(), version: "v2"), model => model.After("first")
                .UsePipeline<ReadOnlyMemory<float>, ReadOnlyMemory<float>>(_ => new FeatureVectorPreprocessor(), _ => _post));
        await using ServiceProvider provider = services.BuildServiceProvider();
        var pipeline = provider.GetRequiredService<IInferencePipeline<ReadOnlyMemory<float>, ReadOnlyMemory<float>>>();

        for (int i = 0; i < 3; i++)
        {
            IReadOnlyList<InferenceResult<ReadOnlyMemory<float>>> results = await pipeline.RunBatchAsync(
                [Row(1, 2, 3, 4), Row(5), Row(5, 6, 7, 8)], Token);

            Assert.Equal([4f, 8, 12, 16], results[0].Value.ToArray());
            Assert.Equal("A row of 1 numbers was given; the model takes 4.", results[1].Error?.Message);
            Assert.Equal([20f, 24, 28, 32], results[2].Value.ToArray());
            Assert.Equal("v2", results[2].Model.Version);
            Assert.Equal(i == 0, results[2].Timings.IsCold);
        }
    }

    [Fact]
    public async Task After_OtherModel_ItsOutputIsReadableAsInput()
    {
        var services = new ServiceCollection();
        services.AddServerlessInference()
            .Add("first", StubModelSource.Of(TinyModels.Double()))
            .Add("second", StubModelSource.Of(TinyModels.Double()), model => model.After("first")
                .UsePipeline<ReadOnlyMemory<float>, float>(_ => new FeatureVectorPreprocessor(), _ => new InputReader()));
        await using ServiceProvider provider = services.BuildServiceProvider();

        InferenceResult<float> result = await provider.GetRequiredService<IInferencePipeline<ReadOnlyMemory<float>, float>>().RunAsync(
            Row(1, 2, 3, 4), Token);

        Assert.Equal(8, result.Value);
    }

    [Fact]
    public async Task After_NamedOutputs_ConnectsThem()
    {
        var services = new ServiceCollection();
        services.AddServerlessInference()
            .Add("split", StubModelSource.Of(TinyModels.Double(2)))
            .Add("join", StubModelSource.Of(new OnnxModelBuilder().With(graph => graph
                .Input(
                    "rows", TensorElementType.Float, "n",
                    2).Output("z", TensorElementType.Float, "n", 2).Node("Neg", ["rows"], ["z"])).Build()),
                model => model.After("split", new Dictionary<string, string> { ["y"] = "rows" })
                    .UsePipeline<ReadOnlyMemory<float>, ReadOnlyMemory<float>>(_ => new FeatureVectorPreprocessor(), _ => _post));
        await using ServiceProvider provider = services.BuildServiceProvider();

        InferenceResult<ReadOnlyMemory<float>> result = await provider.Rows("join").RunAsync(Row(1, 2), Token);

        Assert.Equal([-2f, -4], result.Value.ToArray());
    }

    [Fact]
    public async Task After_OutputOfAnotherType_SaysWhichDoNotFit()
    {
        var services = new ServiceCollection();
        services.AddServerlessInference()
            .Add("first", StubModelSource.Of(TinyModels.Double()))
            .Add("second", StubModelSource.Of(TinyModels.Identity(TensorElementType.Int64, "n")), model => model.After("first")
                .UsePipeline<ReadOnlyMemory<float>, ReadOnlyMemory<float>>(_ => new FeatureVectorPreprocessor(), _ => _post));
        await using ServiceProvider provider = services.BuildServiceProvider();

        ModelContractException error = await Assert.ThrowsAsync<ModelContractException>(
            async () => await provider.Rows("second").RunAsync(Row(1, 2, 3, 4), Token));

        Assert.Equal("Output 'y' float32 [n, 4] of model 'first' does not fit the input 'x' int64 [n] of model 'second'.", error.Message);
    }

    [Fact]
    public async Task WarmUpAsync_ModelsInARow_WarmsAll()
    {
        var services = new ServiceCollection();
        services.AddServerlessInference()
            .Add("first", StubModelSource.Of(TinyModels.Double()))
            .Add("second", StubModelSource.Of(TinyModels.Double()), model => model.After("first")
                .UsePipeline<ReadOnlyMemory<float>, ReadOnlyMemory<float>>(_ => new FeatureVectorPreprocessor(), _ => _post));
        await using ServiceProvider provider = services.BuildServiceProvider();

        await provider.Registry().WarmUpAsync("second", Token);

        Assert.Equal(ModelState.Ready, provider.Registry().GetStatus("first").State);
        Assert.False((await provider.Rows("second").RunAsync(Row(1, 2, 3, 4), Token)).Timings.IsCold);
    }

    [Fact]
    public async Task WarmUpAsync_NoWarmupInput_RunsTheModelOnZeros()
    {
        await using ServiceProvider services = TestModels.Services("m", TinyModels.Double(batch: 4), model => model
            .UsePipeline<ReadOnlyMemory<float>, ReadOnlyMemory<float>>(_ => new FeatureVectorPreprocessor(), _ => _post))
                .BuildServiceProvider();

        ModelIdentity identity = await services.Registry().WarmUpAsync("m", Token);

        Assert.Equal(new ModelIdentity("m", "v1", "memory:test"), identity);
        Assert.Equal(0, _post.Calls);
        Assert.False((await services.Rows("m").RunAsync(Row(1, 2, 3, 4), Token)).Timings.IsCold);
    }

    [Fact]
    public async Task WarmUpAsync_WarmupInput_DoesAllThatARequestDoes()
    {
        await using ServiceProvider services = TestModels.Services("m", TinyModels.Double(), model => model
            .UsePipeline<ReadOnlyMemory<float>, ReadOnlyMemory<float>>(_ => new WithWarmup(), _ => _post)).BuildServiceProvider();

        await services.Registry().WarmUpAsync("m", Token);

        Assert.Equal(1, _post.Calls);
        Assert.False((await services.Rows("m").RunAsync(Row(1, 2, 3, 4), Token)).Timings.IsCold);
    }

    [Fact]
    public async Task WarmUpAsync_ModelOfStrings_RunsIt()
    {
        await using ServiceProvider services = TestModels.Services("m", TinyModels.Identity(TensorElementType.String, "n", 2))
            .BuildServiceProvider();

        Assert.Equal("m", (await services.Registry().WarmUpAsync("m", Token)).Name);
    }

    [Fact]
    public async Task WarmUpAsync_UnknownModel_Throws()
    {
        await using ServiceProvider services = TestModels.Services("m", TinyModels.Double()).BuildServiceProvider();

        await Assert.ThrowsAsync<ArgumentException>(async () => await services.Registry().WarmUpAsync("other", Token));
    }

    private sealed class InputReader : IPostprocessor<float>
    {
        public ValueTask PostprocessAsync(InferenceBatch batch, Memory<float> outputs, CancellationToken cancellationToken)
        {
            outputs.Span[0] = batch.GetInput<float>(0)[3];
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Scale
    {
        public float Value { get; set; }
    }

    private sealed class ScalingStep : IPreprocessingStep<float, ReadOnlyMemory<float>>
    {
        public ValueTask PreprocessAsync(
            ReadOnlyMemory<float> inputs, Memory<ReadOnlyMemory<float>> outputs, InferenceBatch batch, CancellationToken cancellationToken)
        {
            batch.State(() => new Scale()).Value = 100;
            outputs.Span[0] = Row(inputs.Span[0] / 100, 0, 0, 0);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class UnscalingStep : IPostprocessingStep<ReadOnlyMemory<float>, float>
    {
        public ValueTask PostprocessAsync(
            ReadOnlyMemory<ReadOnlyMemory<float>> previous,
            Memory<float> outputs,
            InferenceBatch batch,
            CancellationToken cancellationToken)
        {
            outputs.Span[0] = previous.Span[0].Span[0] * batch.State(() => new Scale()).Value;
            return ValueTask.CompletedTask;
        }
    }

    private sealed class WithWarmup : IPreprocessor<ReadOnlyMemory<float>>
    {
        private readonly FeatureVectorPreprocessor _inner = new();

        public bool TryCreateWarmupInput(LoadedModel model, out ReadOnlyMemory<float> input)
        {
            input = Row(1, 1, 1, 1);
            return true;
        }

        public ValueTask PreprocessAsync(
            ReadOnlyMemory<ReadOnlyMemory<float>> inputs, InferenceBatch batch, CancellationToken cancellationToken) =>
            _inner.PreprocessAsync(inputs, batch, cancellationToken);
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Pipelines;

public sealed class InferencePipelineTests
{
    private readonly RowPostprocessor _post = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static ReadOnlyMemory<float> Row(params float[] values) => values;

    private ServiceCollection Services(byte[] model, int maxBatchSize = 16) => TestModels.Services("m", model, builder => builder
        .Configure(options => options.MaxBatchSize = maxBatchSize)
        .UsePipeline<ReadOnlyMemory<float>, ReadOnlyMemory<float>>(_ => new FeatureVectorPreprocessor(), _ => _post));

    [Fact]
    public async Task RunAsync_Input_GivesAnswerAndModel()
    {
        await using ServiceProvider services = Services(TinyModels.Double()).BuildServiceProvider();

        InferenceResult<ReadOnlyMemory<float>> result = await services.Rows("m").RunAsync(Row(1, 2, 3, 4), Token);

        Assert.True(result.IsSuccess);
        Assert.Equal([2f, 4, 6, 8], result.Value.ToArray());
        Assert.Equal(new ModelIdentity("m", "v1", "memory:test"), result.Model);
    }

    [Fact]
    public async Task RunAsync_BadInput_ThrowsItsError()
    {
        await using ServiceProvider services = Services(TinyModels.Double()).BuildServiceProvider();

        InvalidInputException error = await Assert.ThrowsAsync<InvalidInputException>(
            async () => await services.Rows("m").RunAsync(Row(1), Token));

        Assert.Equal("A row of 1 numbers was given; the model takes 4.", error.Message);
        Assert.Equal(InvalidInputKind.Unprocessable, error.Kind);
        Assert.Equal(0, _post.Calls);
    }

    [Fact]
    public async Task RunBatchAsync_OneBadInput_TheOthersAreAnswered()
    {
        await using ServiceProvider services = Services(TinyModels.Double()).BuildServiceProvider();

        IReadOnlyList<InferenceResult<ReadOnlyMemory<float>>> results = await services.Rows("m").RunBatchAsync(
            [Row(1, 1, 1, 1), Row(2), Row(3, 3, 3, 3)], Token);

        Assert.Equal([true, false, true], results.Select(result => result.IsSuccess));
        Assert.IsType<InvalidInputException>(results[1].Error);
        Assert.Throws<InvalidInputException>(() => results[1].Value);
        Assert.Equal([6f, 6, 6, 6], results[2].Value.ToArray());
        Assert.Equal(1, _post.Calls);
    }

    [Fact]
    public async Task RunBatchAsync_AllBad_NeverRunsTheModel()
    {
        await using ServiceProvider services = Services(TinyModels.Double()).BuildServiceProvider();

        IReadOnlyList<InferenceResult<ReadOnlyMemory<float>>> results = await services.Rows("m").RunBatchAsync([Row(1), Row(2)], Token);

        Assert.All(results, result => Assert.False(result.IsSuccess));
        Assert.All(results, result => Assert.False(result.Timings.IsCold));
        Assert.Equal(0, _post.Calls);
    }

    [Fact]
    public async Task RunBatchAsync_NoInputs_LoadsNothing()
    {
        StubModelSource source = StubModelSource.Of(TinyModels.Double());
        await using ServiceProvider services = TestModels.Services("m", source, builder => builder
            .UsePipeline<ReadOnlyMemory<float>, ReadOnlyMemory<float>>(_ => new FeatureVectorPreprocessor(), _ => _post))
                .BuildServiceProvider();

        Assert.Empty(await services.Rows("m").RunBatchAsync([], Token));
        Assert.Equal(0, source.Loads);
    }

    [Theory]
    [InlineData(3, 3, 1)]
    [InlineData(4, 2, 2)]
    [InlineData(5, 2, 3)]
    [InlineData(2, 16, 1)]
    public async Task RunBatchAsync_MoreThanMaxBatchSize_RunsInChunks(int inputs, int maxBatchSize, int runs)
    {
        await using ServiceProvider services = Services(TinyModels.Double(), maxBatchSize).BuildServiceProvider();

        IReadOnlyList<InferenceResult<ReadOnlyMemory<float>>> results = await services.Rows("m").RunBatchAsync(
            [.. Enumerable.Range(0, inputs).Select(i => Row(i, i, i, i))], Token);

        Assert.Equal(runs, _post.Calls);
        Assert.Equal(Enumerable.Range(0, inputs).Select(i => 2f * i), results.Select(result => result.Value.Span[0]));
    }

    [Theory]
    [InlineData(1, 16, 1)]
    [InlineData(4, 16, 1)]
    [InlineData(5, 16, 2)]
    [InlineData(4, 2, 2)]
    public async Task RunBatchAsync_FixedBatchAxis_PadsEveryRunToIt(int inputs, int maxBatchSize, int runs)
    {
        await using ServiceProvider services = Services(TinyModels.Double(batch: 4), maxBatchSize).BuildServiceProvider();

        IReadOnlyList<InferenceResult<ReadOnlyMemory<float>>> results = await services.Rows("m").RunBatchAsync(
            [.. Enumerable.Range(1, inputs).Select(i => Row(i, i, i, i))], Token);

        Assert.Equal(runs, _post.Calls);
        Assert.Equal(4, _post.LastRows);
        Assert.Equal(Enumerable.Range(1, inputs).Select(i => 2f * i), results.Select(result => result.Value.Span[3]));
    }

    [Fact]
    public async Task RunAsync_FakeClock_TimesEveryStage()
    {
        var time = new FakeTimeProvider();
        var source = new StubModelSource("memory:test", _ =>
        {
            time.Advance(TimeSpan.FromSeconds(8));
            return Task.FromResult(StubModelSource.Artifact(TinyModels.Double()));
        });
        ServiceCollection services = TestModels.Services("m", source, builder => builder.UsePipeline(
            _ => Preprocessing.Step<ReadOnlyMemory<float>, ReadOnlyMemory<float>>(row =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return row;
            }).Then(new FeatureVectorPreprocessor()),
            _ => _post.Then(Postprocessing.Step<ReadOnlyMemory<float>, ReadOnlyMemory<float>>(row =>
            {
                time.Advance(TimeSpan.FromSeconds(3));
                return row;
            }))));
        services.Replace(ServiceDescriptor.Singleton<TimeProvider>(time));
        await using ServiceProvider provider = services.BuildServiceProvider();

        InferenceTimings cold = (await provider.Rows("m").RunAsync(Row(1, 2, 3, 4), Token)).Timings;
        InferenceTimings warm = (await provider.Rows("m").RunAsync(Row(1, 2, 3, 4), Token)).Timings;

        Assert.Equal(
            new InferenceTimings
            {
                IsCold = true,
                Waiting = TimeSpan.FromSeconds(8),
                SourceLoad = TimeSpan.FromSeconds(8),
                SessionLoad = TimeSpan.Zero,
                Preprocessing = TimeSpan.FromSeconds(1),
                Inference = TimeSpan.Zero,
                Postprocessing = TimeSpan.FromSeconds(3),
            },
            cold);
        Assert.Equal(cold with { IsCold = false, Waiting = TimeSpan.Zero }, warm);
    }

    [Fact]
    public async Task RunBatchAsync_Chunks_OnlyTheFirstIsCold()
    {
        await using ServiceProvider services = Services(TinyModels.Double(), maxBatchSize: 2).BuildServiceProvider();

        IReadOnlyList<InferenceResult<ReadOnlyMemory<float>>> results = await services.Rows("m").RunBatchAsync(
            [Row(1, 1, 1, 1), Row(2, 2, 2, 2), Row(3, 3, 3, 3)], Token);

        Assert.Equal([true, true, false], results.Select(result => result.Timings.IsCold));
    }

    [Fact]
    public async Task RunAsync_Cancelled_EndsTheRunningModel()
    {
        var running = new TaskCompletionSource();
        await using ServiceProvider services = TestModels.Services("m", TinyModels.Loop(), builder => builder.UsePipeline<long, long>(
            _ => new Times(running), _ => new First())).BuildServiceProvider();
        IInferencePipeline<long, long> pipeline = services.GetRequiredService<IInferencePipeline<long, long>>();
        using var cancellation = new CancellationTokenSource();
        Task<InferenceResult<long>> run = Task.Run(() => pipeline.RunAsync(long.MaxValue, cancellation.Token).AsTask(), Token);
        await running.Task;

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(7, (await pipeline.RunAsync(7, Token)).Value);
    }

    [Fact]
    public async Task RunAsync_ManyAtOnce_EachGetsItsOwnAnswer()
    {
        await using ServiceProvider services = Services(TinyModels.Double()).BuildServiceProvider();
        var pipeline = services.Rows("m");

        await Parallel.ForEachAsync(Enumerable.Range(0, 300), Token, async (i, token) =>
        {
            InferenceResult<ReadOnlyMemory<float>> result = await pipeline.RunAsync(Row(i, i + 1, i + 2, i + 3), token);
            Assert.Equal([2f * i, 2f * (i + 1), 2f * (i + 2), 2f * (i + 3)], result.Value.ToArray());
        });
    }

    [Fact]
    public async Task RunBatchAsync_PreprocessorThatThrows_FailsItsInputAlone()
    {
        await using ServiceProvider services = TestModels.Services("m", TinyModels.Double(), builder => builder
            .UsePipeline<ReadOnlyMemory<float>, ReadOnlyMemory<float>>(_ => new Throwing(), _ => _post)).BuildServiceProvider();

        IReadOnlyList<InferenceResult<ReadOnlyMemory<float>>> results = await services.Rows("m").RunBatchAsync(
            [Row(1, 1, 1, 1), Row(-1, 0, 0, 0), Row(3, 3, 3, 3)], Token);

        Assert.Equal([null, "negative", null], results.Select(result => result.Error?.Message));
        Assert.Equal(6f, results[2].Value.Span[0]);
    }

    [Fact]
    public async Task RunBatchAsync_PreprocessorThatTakesNoInputAtOnce_SaysSo()
    {
        await using ServiceProvider services = TestModels.Services("m", TinyModels.Double(), builder => builder
            .UsePipeline<ReadOnlyMemory<float>, ReadOnlyMemory<float>>(_ => new Throwing(atOnce: 0), _ => _post)).BuildServiceProvider();

        ArgumentOutOfRangeException error = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Task.Run(
            async () => await services.Rows("m").RunBatchAsync([Row(1, 1, 1, 1)], Token), Token).WaitAsync(TimeSpan.FromMinutes(1), Token));

        Assert.Equal("GetMaxBatchSize", error.ParamName);
    }

    [Fact]
    public async Task RunAsync_InputThatTheModelRefuses_IsInvalid()
    {
        await using ServiceProvider services = Services(TinyModels.Lookup(entries: 4)).BuildServiceProvider();

        // The first request of a model that has never run: only the warm-up input shows that the model works.
        InvalidInputException error = await Assert.ThrowsAsync<InvalidInputException>(
            async () => await services.Rows("m").RunAsync(Row(9), Token));

        Assert.Equal(InvalidInputKind.Unprocessable, error.Kind);
        Assert.Equal(
            "The model 'm' fails on this input, but not on others. Its size or its values are outside of what the model can process. " +
            "Send another input; the log has the model's error.",
            error.Message);
        Assert.Contains("out of data bounds", error.InnerException?.Message, StringComparison.Ordinal);
        Assert.Equal(3f, (await services.Rows("m").RunAsync(Row(3), Token)).Value.Span[0]);
    }

    [Fact]
    public async Task RunBatchAsync_InputThatTheModelRefuses_IsInvalidAndTheOthersAreAnswered()
    {
        await using ServiceProvider services = Services(TinyModels.Lookup(entries: 4)).BuildServiceProvider();

        IReadOnlyList<InferenceResult<ReadOnlyMemory<float>>> results = await services.Rows("m").RunBatchAsync(
            [Row(9), Row(2), Row(-9)], Token);

        Assert.IsType<InvalidInputException>(results[0].Error);
        Assert.Equal(2f, results[1].Value.Span[0]);
        Assert.IsType<InvalidInputException>(results[2].Error);
    }

    [Fact]
    public async Task RunAsync_ModelThatFailsOnEveryInput_IsNotTheFaultOfTheInput()
    {
        await using ServiceProvider services = Services(TinyModels.Lookup(entries: 4, firstKey: 100)).BuildServiceProvider();

        await Assert.ThrowsAsync<ModelContractException>(async () => await services.Rows("m").RunAsync(Row(1), Token));
        Assert.IsType<ModelContractException>((await services.Rows("m").RunBatchAsync([Row(1)], Token))[0].Error);
    }

    [Fact]
    public async Task RunBatchAsync_InputThatNeedsTooMuchMemory_FailsAlone()
    {
        await using ServiceProvider services = TestModels.Services("m", TinyModels.Double(), builder => builder
            .UsePipeline<ReadOnlyMemory<float>, ReadOnlyMemory<float>>(
                _ => new Throwing(error: () => new InsufficientMemoryException()), _ => _post)).BuildServiceProvider();

        IReadOnlyList<InferenceResult<ReadOnlyMemory<float>>> results = await services.Rows("m").RunBatchAsync(
            [Row(1, 1, 1, 1), Row(-1, 0, 0, 0), Row(3, 3, 3, 3)], Token);
        InvalidInputException alone = await Assert.ThrowsAsync<InvalidInputException>(
            async () => await services.Rows("m").RunAsync(Row(-1, 0, 0, 0), Token));

        Assert.Equal([true, false, true], results.Select(result => result.IsSuccess));
        Assert.Equal(InvalidInputKind.TooLarge, Assert.IsType<InvalidInputException>(results[1].Error).Kind);
        Assert.Equal(InvalidInputKind.TooLarge, alone.Kind);
        Assert.Equal(
            "Answering this input with the model 'm' needs more memory than the process has left. Send a smaller input, or give the " +
            "process more memory.",
            alone.Message);
    }

    [Fact]
    public async Task RunAsync_LoadFails_ThrowsTheLoadError()
    {
        StubModelSource source = StubModelSource.Failing("a:1", new ModelLoadException("not there"));
        await using ServiceProvider services = TestModels.Services("m", source, builder => builder
            .UsePipeline<ReadOnlyMemory<float>, ReadOnlyMemory<float>>(_ => new FeatureVectorPreprocessor(), _ => _post))
                .BuildServiceProvider();

        await Assert.ThrowsAsync<ModelLoadException>(async () => await services.Rows("m").RunAsync(Row(1), Token));
        await Assert.ThrowsAsync<ModelLoadException>(async () => await services.Rows("m").RunBatchAsync([Row(1)], Token));
    }

    private sealed class Throwing(int atOnce = int.MaxValue, Func<Exception>? error = null) : IPreprocessor<ReadOnlyMemory<float>>
    {
        private readonly FeatureVectorPreprocessor _inner = new();

        public int GetMaxBatchSize(LoadedModel model) => atOnce;

        public ValueTask PreprocessAsync(
            ReadOnlyMemory<ReadOnlyMemory<float>> inputs, InferenceBatch batch, CancellationToken cancellationToken)
        {
            foreach (ReadOnlyMemory<float> row in inputs.Span)
            {
                if (row.Span[0] < 0)
                {
                    throw error?.Invoke() ?? new InvalidInputException("negative");
                }
            }

            return _inner.PreprocessAsync(inputs, batch, cancellationToken);
        }
    }

    private sealed class Times(TaskCompletionSource running) : IPreprocessor<long>
    {
        public ValueTask PreprocessAsync(ReadOnlyMemory<long> inputs, InferenceBatch batch, CancellationToken cancellationToken)
        {
            batch.CreateInput<long>("times")[0] = inputs.Span[0];
            running.TrySetResult();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class First : IPostprocessor<long>
    {
        public ValueTask PostprocessAsync(InferenceBatch batch, Memory<long> outputs, CancellationToken cancellationToken)
        {
            outputs.Span[0] = batch.GetOutput<long>(0).Elements[0];
            return ValueTask.CompletedTask;
        }
    }
}

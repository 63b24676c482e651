using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Sessions;

/// <summary>Models that are replaced while requests and warm-ups hold one of them and wait for another.</summary>
public sealed class SeveralReplacementsTests
{
    /// <summary>How long a test waits for what would otherwise never end; nothing that succeeds waits for it.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RefreshAsync_BothModelsOfAChainUnloadFirst_WaitForEachOtherNeverForTheirOwnRequests()
    {
        VersionedSource first = new(), second = new();
        await using ServiceProvider services = Chain(first, second);
        IInferencePipeline<ReadOnlyMemory<float>, ReadOnlyMemory<float>> pipeline = services.Rows("second");
        Assert.Equal(12f, (await pipeline.RunAsync(new[] { 10f }, Token)).Value.Span[0]);
        ModelLease held = await services.Registry().AcquireAsync("second", Token);
        (first.Current, second.Current) = (2, 2);
        Task<bool> ofSecond = services.Registry().RefreshAsync("second", Token).AsTask();
        await Eventually.HoldsAsync(() => services.Registry().GetStatus("second").State == ModelState.Loading);

        // The request has leased the first model and waits for the second.
        Task<InferenceResult<ReadOnlyMemory<float>>> request = pipeline.RunAsync(new[] { 10f }, Token).AsTask();
        Task<bool> ofFirst = services.Registry().RefreshAsync("first", Token).AsTask();
        await Eventually.HoldsAsync(() => first.Loads == 2);

        // An opportunity to go wrong: the first model must not be taken out while the second is, whose warm-up needs it. Each round lets
        // all that is queued run.
        for (int i = 0; i < 1000 && services.Registry().GetStatus("first").State == ModelState.Ready; i++)
        {
            await Task.Run(() => { }, Token);
        }

        held.Dispose();

        Assert.All(await Task.WhenAll(ofFirst, ofSecond).WaitAsync(Limit, Token), Assert.True);
        Assert.Equal(13f, (await request).Value.Span[0]);
        Assert.Equal(14f, (await pipeline.RunAsync(new[] { 10f }, Token)).Value.Span[0]);
    }

    [Fact]
    public async Task WarmUpAsync_ModelIsReplacedUnloadFirstMeanwhile_HoldsNoneThatItWaitsFor()
    {
        var source = new VersionedSource();
        Func<Task> meanwhile = () => Task.CompletedTask;
        await using ServiceProvider services = TestModels.Services("m", source, model => model
            .Configure(options => options.Replacement = ModelReplacement.UnloadFirst)
            .UsePipeline<ReadOnlyMemory<float>, ReadOnlyMemory<float>>(_ => new WarmRow(), _ => new Meanwhile(() => meanwhile()))
            .UsePipeline<ReadOnlyMemory<float>, float>(_ => new WarmRow(), _ => new RowPostprocessor().Then(
                Postprocessing.Step<ReadOnlyMemory<float>, float>(row => row.Span[0])))).BuildServiceProvider();
        (await services.Registry().AcquireAsync("m", Token)).Dispose();
        Task<bool>? refresh = null;
        meanwhile = async () =>
        {
            // Between the warm-ups of the two pipelines the model is taken out.
            meanwhile = () => Task.CompletedTask;
            source.Current = 2;
            refresh = services.Registry().RefreshAsync("m", Token).AsTask();
            await Eventually.HoldsAsync(() => services.Registry().GetStatus("m").State == ModelState.Loading);
        };

        ModelIdentity warm = await services.Registry().WarmUpAsync("m", Token).AsTask().WaitAsync(Limit, Token);

        Assert.Equal("v2", warm.Version);
        Assert.True(await refresh!);
    }

    [Fact]
    public async Task RunAsync_ModelTwiceInARow_IsHeldOnceInOneVersion()
    {
        VersionedSource twice = new(), between = new(), last = new();
        var loads = new TaskCompletionSource();
        between.Gate = loads.Task;
        var collection = new ServiceCollection();
        collection.AddServerlessInference()
            .Add("twice", twice, model => model.Configure(options => options.Replacement = ModelReplacement.UnloadFirst))
            .Add("between", between)
            .Add("last", last, model => model.After("twice").After("between").After("twice")
                .UsePipeline<ReadOnlyMemory<float>, ReadOnlyMemory<float>>(
                    _ => new FeatureVectorPreprocessor(), _ => new RowPostprocessor()));
        await using ServiceProvider services = collection.BuildServiceProvider();
        (await services.Registry().AcquireAsync("twice", Token)).Dispose();

        // The request has leased the model once.
        Task<InferenceResult<ReadOnlyMemory<float>>> request = services.Rows("last").RunAsync(new[] { 10f }, Token).AsTask();
        await Eventually.HoldsAsync(() => between.Loads == 1);
        twice.Current = 2;
        Task<bool> refresh = services.Registry().RefreshAsync("twice", Token).AsTask();
        await Eventually.HoldsAsync(() => services.Registry().GetStatus("twice").State == ModelState.Loading);

        loads.SetResult();

        Assert.Equal(14f, (await request.WaitAsync(Limit, Token)).Value.Span[0]);
        Assert.True(await refresh);
        Assert.Equal(16f, (await services.Rows("last").RunAsync(new[] { 10f }, Token)).Value.Span[0]);
    }

    private static ServiceProvider Chain(VersionedSource first, VersionedSource second)
    {
        var services = new ServiceCollection();
        services.AddServerlessInference()
            .Add("first", first, model => model.Configure(options => options.Replacement = ModelReplacement.UnloadFirst))
            .Add("second", second, model => model.After("first")
                .Configure(options => options.Replacement = ModelReplacement.UnloadFirst)
                .UsePipeline<ReadOnlyMemory<float>, ReadOnlyMemory<float>>(
                    _ => new FeatureVectorPreprocessor(), _ => new RowPostprocessor()));
        return services.BuildServiceProvider();
    }

    private sealed class Meanwhile(Func<Task> action) : IPostprocessor<ReadOnlyMemory<float>>
    {
        public async ValueTask PostprocessAsync(
            InferenceBatch batch, Memory<ReadOnlyMemory<float>> outputs, CancellationToken cancellationToken) => await action();
    }
}

using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Sessions;

public sealed class ModelRegistryTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AcquireAsync_ThousandFirstCallers_LoadOnce()
    {
        var go = new TaskCompletionSource();
        var source = new StubModelSource("memory:gate", async _ =>
        {
            await go.Task;
            return StubModelSource.Artifact(TinyModels.Double());
        });
        await using ServiceProvider services = TestModels.Services("m", source).BuildServiceProvider();
        IModelRegistry registry = services.Registry();
        Task<ModelLease>[] callers =
            [.. Enumerable.Range(0, 1000).Select(_ => Task.Run(async () => await registry.AcquireAsync("m", Token)))];
        await source.Entered.Task;
        Assert.Equal(ModelState.Loading, registry.GetStatus("m").State);
        go.SetResult();

        ModelLease[] leases = await Task.WhenAll(callers);

        Assert.Equal(1, source.Loads);
        Assert.Single(leases.Select(lease => lease.Model).Distinct());
        Array.ForEach(leases, lease => lease.Dispose());
    }

    [Fact]
    public async Task AcquireAsync_FailedLoad_IsTriedAgain()
    {
        int attempts = 0;
        var source = new StubModelSource("memory:flaky", _ => attempts++ == 0
            ? Task.FromException<ModelArtifact>(new ModelLoadException("not yet"))
            : Task.FromResult(StubModelSource.Artifact(TinyModels.Double())));
        await using ServiceProvider services = TestModels.Services("m", source).BuildServiceProvider();
        IModelRegistry registry = services.Registry();
        Assert.Equal(new ModelStatus(ModelState.NotLoaded, null, null), registry.GetStatus("m"));

        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(async () => await registry.AcquireAsync("m", Token));
        Assert.Equal(new ModelStatus(ModelState.Failed, null, error), registry.GetStatus("m"));
        using ModelLease lease = await registry.AcquireAsync("m", Token);

        Assert.Equal(new ModelIdentity("m", "v1", "memory:test"), lease.Model.Identity);
        Assert.Equal(new ModelStatus(ModelState.Ready, lease.Model.Identity, null), registry.GetStatus("m"));
    }

    [Fact]
    public async Task AcquireAsync_LastWaiterCancels_CancelsTheLoad()
    {
        var cancelled = new TaskCompletionSource();
        var source = new StubModelSource("memory:slow", async token =>
        {
            await Task.Delay(Timeout.Infinite, token).ContinueWith(_ => cancelled.SetResult(), TaskScheduler.Default);
            token.ThrowIfCancellationRequested();
            return null!;
        });
        await using ServiceProvider services = TestModels.Services("m", source).BuildServiceProvider();
        IModelRegistry registry = services.Registry();
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        Task<ModelLease> one = registry.AcquireAsync("m", first.Token).AsTask();
        Task<ModelLease> two = registry.AcquireAsync("m", second.Token).AsTask();
        await source.Entered.Task;

        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        Assert.False(cancelled.Task.IsCompleted);
        Assert.Equal(ModelState.Loading, registry.GetStatus("m").State);
        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => two);

        await cancelled.Task;
        Assert.Equal(ModelState.NotLoaded, registry.GetStatus("m").State);
    }

    [Fact]
    public async Task AcquireAsync_OneWaiterCancels_TheOthersGetTheModel()
    {
        var go = new TaskCompletionSource();
        var source = new StubModelSource("memory:gate", async _ =>
        {
            await go.Task;
            return StubModelSource.Artifact(TinyModels.Double());
        });
        await using ServiceProvider services = TestModels.Services("m", source).BuildServiceProvider();
        using var cancellation = new CancellationTokenSource();
        Task<ModelLease> impatient = services.Registry().AcquireAsync("m", cancellation.Token).AsTask();
        Task<ModelLease> patient = services.Registry().AcquireAsync("m", Token).AsTask();
        await source.Entered.Task;

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        go.SetResult();

        using ModelLease lease = await patient;
        Assert.Equal(1, source.Loads);
    }

    [Fact]
    public async Task AcquireAsync_AfterACancelledLoad_StartsAnew()
    {
        var late = new TaskCompletionSource<ModelArtifact>();
        var second = Task.FromResult(StubModelSource.Artifact(TinyModels.Double(), version: "v2"));
        var answers = new Queue<Task<ModelArtifact>>([late.Task, second]);
        var owner = new Owner();
        var source = new StubModelSource("memory:slow", _ => answers.Dequeue());
        await using ServiceProvider services = TestModels.Services("m", source).BuildServiceProvider();
        using var cancellation = new CancellationTokenSource();
        Task<ModelLease> impatient = services.Registry().AcquireAsync("m", cancellation.Token).AsTask();
        await source.Entered.Task;
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);

        using ModelLease lease = await services.Registry().AcquireAsync("m", Token);
        late.SetResult(StubModelSource.Artifact(TinyModels.Double(), owner: owner));

        Assert.Equal("v2", lease.Model.Identity.Version);
        await owner.Disposed;
    }

    [Fact]
    public async Task AcquireAsync_UnknownName_ListsTheRegisteredOnes()
    {
        var services = new ServiceCollection();
        services.AddServerlessInference().Add("b", StubModelSource.Of([1])).Add("a", StubModelSource.Of([1]));
        await using ServiceProvider provider = services.BuildServiceProvider();

        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(
            async () => await provider.Registry().AcquireAsync("c", Token));

        Assert.StartsWith("There is no model 'c'. Registered: 'b', 'a'.", error.Message, StringComparison.Ordinal);
        Assert.Equal(["b", "a"], provider.Registry().Names);
        Assert.Throws<ArgumentException>(() => provider.Registry().GetStatus("c"));
    }

    [Fact]
    public async Task AcquireAsync_NothingRegistered_SaysHowToRegister()
    {
        var services = new ServiceCollection();
        services.AddServerlessInference();
        await using ServiceProvider provider = services.BuildServiceProvider();

        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(
            async () => await provider.Registry().AcquireAsync("c", Token));

        Assert.StartsWith(
            "There is no model 'c': none is registered. Register it with AddServerlessInference().AddModel(\"c\", " +
            "…).", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_LeaseHeld_SessionLivesUntilItIsGivenBack()
    {
        var owner = new Owner();
        var source = new StubModelSource("memory:test", _ => Task.FromResult(StubModelSource.Artifact(TinyModels.Double(), owner: owner)));
        ServiceProvider services = TestModels.Services("m", source).BuildServiceProvider();
        IModelRegistry registry = services.Registry();
        ModelLease lease = await registry.AcquireAsync("m", Token);
        LoadedModel model = lease.Model;
        await services.DisposeAsync();

        using (var batch = new InferenceBatch(model, 1))
        {
            batch.CreateInput<float>("x", 1, 4).Fill(3);
            model.Run(batch, Token);
            Assert.Equal([6f, 6, 6, 6], batch.GetOutput<float>("y").Elements.ToArray());
            Assert.False(owner.IsDisposed);

            lease.Dispose();
            lease.Dispose();
        }

        Assert.Equal(1, owner.Count);
        Assert.Throws<ObjectDisposedException>(() => lease.Model);
        using var late = new InferenceBatch(model, 1);
        late.CreateInput<float>("x", 1, 4).Fill(3);
        Assert.Throws<ObjectDisposedException>(() => model.Run(late, Token));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await registry.AcquireAsync("m", Token));
        Assert.Equal(ModelState.NotLoaded, registry.GetStatus("m").State);
    }

    [Fact]
    public async Task Dispose_LoadUnderWay_EndsItsWaiters()
    {
        var owner = new Owner();
        var answer = new TaskCompletionSource<ModelArtifact>();
        StubModelSource source = StubModelSource.Hung("efs:/mnt", answer);
        ServiceProvider services = TestModels.Services("m", source).BuildServiceProvider();
        Task<ModelLease> waiting = services.Registry().AcquireAsync("m", Token).AsTask();
        await source.Entered.Task;

        await services.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        answer.SetResult(StubModelSource.Artifact(TinyModels.Double(), owner: owner));
        await owner.Disposed;
    }

    [Fact]
    public async Task PreloadAsync_Preload_LoadsOnlyThoseThatAskForIt()
    {
        var services = new ServiceCollection();
        services.AddServerlessInference()
            .Add("now", StubModelSource.Of(TinyModels.Double()))
            .Add("later", StubModelSource.Of(TinyModels.Double()), model => model.Configure(options => options.Preload = false));
        await using ServiceProvider provider = services.BuildServiceProvider();

        await provider.Registry().PreloadAsync(Token);

        Assert.Equal(ModelState.Ready, provider.Registry().GetStatus("now").State);
        Assert.Equal(ModelState.NotLoaded, provider.Registry().GetStatus("later").State);
    }

    [Fact]
    public async Task PreloadAsync_OneFails_ThrowsItsErrorAndLoadsTheOthers()
    {
        var services = new ServiceCollection();
        services.AddServerlessInference()
            .Add("bad", StubModelSource.Failing("a:1", new ModelLoadException("not there")))
            .Add("good", StubModelSource.Of(TinyModels.Double()));
        await using ServiceProvider provider = services.BuildServiceProvider();

        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(() => provider.Registry().PreloadAsync(Token));

        Assert.Equal("not there", error.Message);
        Assert.Equal(ModelState.Ready, provider.Registry().GetStatus("good").State);
    }

    [Fact]
    public async Task AcquireAsync_PipelineRefusesTheModel_DisposesWhatWasLoadedAndDerived()
    {
        var owner = new Owner();
        var derived = new Owner();
        var source = new StubModelSource("memory:test", _ => Task.FromResult(StubModelSource.Artifact(TinyModels.Double(), owner: owner)));
        await using ServiceProvider services = TestModels.Services("m", source, model => model
            .UsePipeline<ReadOnlyMemory<float>, ReadOnlyMemory<float>>(
            _ => new Refusing(derived), _ => new RowPostprocessor())).BuildServiceProvider();

        ModelContractException error = await Assert.ThrowsAsync<ModelContractException>(
            async () => await services.Registry().AcquireAsync("m", Token));

        Assert.Equal("does not fit", error.Message);
        Assert.Equal(1, owner.Count);
        Assert.Equal(1, derived.Count);
    }

    private sealed class Refusing(Owner derived) : IPreprocessor<ReadOnlyMemory<float>>
    {
        public void Prepare(LoadedModel model)
        {
            model.GetOrCreate(this, _ => derived);
            throw new ModelContractException("does not fit");
        }

        public ValueTask PreprocessAsync(
            ReadOnlyMemory<ReadOnlyMemory<float>> inputs, InferenceBatch batch, CancellationToken cancellationToken) =>
            ValueTask.CompletedTask;
    }
}

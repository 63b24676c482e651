using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServerlessInference.Registration;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Sessions;

public sealed class EvictionTests : IDisposable
{
    private readonly CapturingLoggerProvider _log = new();
    private readonly Dictionary<string, VersionedSource> _sources = [];

    public void Dispose() => _log.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ServiceProvider Build(long budget, int models, params string[] pinned)
    {
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(_log);
        services.Configure<ModelMemoryOptions>(options => options.BudgetBytes = budget);
        ServerlessInferenceBuilder builder = services.AddServerlessInference();
        for (int i = 0; i < models; i++)
        {
            string name = ((char)('a' + i)).ToString();
            _sources[name] = new VersionedSource { Current = i + 1 };
            builder.Add(name, _sources[name], model => model.Configure(options =>
            {
                options.MemoryBytes = 100;
                options.Pinned = pinned.Contains(name);
            }));
        }

        return services.BuildServiceProvider();
    }

    private static async Task UseAsync(IServiceProvider services, params string[] names)
    {
        foreach (string name in names)
        {
            (await services.Registry().AcquireAsync(name, Token)).Dispose();
        }
    }

    private static string Loaded(IServiceProvider services) =>
        string.Concat(services.Registry().Names.Where(name => services.Registry().GetStatus(name).State == ModelState.Ready));

    [Fact]
    public async Task AcquireAsync_OverBudget_LetsTheLeastRecentlyUsedGo()
    {
        await using ServiceProvider services = Build(250, 3);
        await UseAsync(services, "a", "b", "a", "c");
        Assert.Equal("ac", Loaded(services));
        Assert.Equal(new ModelStatus(ModelState.NotLoaded, null, null), services.Registry().GetStatus("b"));
        Assert.Equal(1, _sources["b"].Owners["v2"].Count);

        await UseAsync(services, "b");

        Assert.Equal("bc", Loaded(services));
        Assert.Equal((1, 2, 1), (_sources["a"].Loads, _sources["b"].Loads, _sources["c"].Loads));
        Assert.Equal(200, services.GetRequiredService<ModelMemory>().Reserved);
    }

    [Fact]
    public async Task AcquireAsync_NoBudget_KeepsAll()
    {
        var services = new ServiceCollection();
        services.AddServerlessInference().Add("a", new VersionedSource()).Add("b", new VersionedSource());
        await using ServiceProvider provider = services.BuildServiceProvider();

        await UseAsync(provider, "a", "b");

        Assert.Equal("ab", Loaded(provider));
    }

    [Fact]
    public async Task AcquireAsync_PinnedModel_Stays()
    {
        await using ServiceProvider services = Build(250, 4, "a");

        await UseAsync(services, "a", "b", "c", "d");

        Assert.Equal("ad", Loaded(services));
    }

    [Fact]
    public async Task AcquireAsync_AllInUse_GoesOverTheBudgetUntilOneIsReturned()
    {
        await using ServiceProvider services = Build(250, 3);
        ModelLease a = await services.Registry().AcquireAsync("a", Token);
        ModelLease b = await services.Registry().AcquireAsync("b", Token);

        using ModelLease c = await services.Registry().AcquireAsync("c", Token);

        Assert.Equal("abc", Loaded(services));
        Assert.Contains(_log.Records, record => record.Id == 7 && record.Text.StartsWith(
            "Model c needs about 100 bytes; with the models that are in use or pinned that is 300, and the budget is " +
            "250.", StringComparison.Ordinal));
        LoadedModel freed = a.Model;
        a.Dispose();
        await freed.Freed.WaitAsync(Token);
        Assert.Equal("bc", Loaded(services));
        Assert.Equal("b", b.Model.Identity.Name);
        b.Dispose();
        Assert.Equal("bc", Loaded(services));
    }

    [Fact]
    public async Task AcquireAsync_OneModelAboveTheBudget_IsNotLetGoAfterEveryRequest()
    {
        await using ServiceProvider services = Build(50, 2);
        for (int i = 0; i < 200; i++)
        {
            await UseAsync(services, "a");

            // A return queues the look at the budget; what is queued after it runs after it has begun.
            await Task.Run(() => { }, Token);
        }

        Assert.Equal(1, _sources["a"].Loads);
        await UseAsync(services, "b");
        Assert.Equal("b", Loaded(services));
    }

    [Fact]
    public async Task AcquireAsync_ManyCallersOfMoreModelsThanFit_EveryAnswerIsRight()
    {
        const int Models = 6;
        await using ServiceProvider services = Build(300, Models);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Token };
        await Parallel.ForEachAsync(Enumerable.Range(0, 16), parallel, async (seed, token) =>
        {
            var random = new Random(seed);
            for (int i = 0; i < 60; i++)
            {
                int model = random.Next(Models);
                string name = ((char)('a' + model)).ToString();
                InferenceResult<NamedValues> result = await services.Named(name).RunAsync(
                    new NamedValues { ["x"] = TensorValue.Create([1f], 1, 1) }, token);
                Assert.Equal(2f + model, result.Value.Tensor("y").Elements<float>()[0]);
            }
        });

        // What was over the budget while all were in use has gone, but for what the last request used.
        ModelMemory memory = services.GetRequiredService<ModelMemory>();
        await Eventually.HoldsAsync(() => memory.Reserved <= 300);

        Assert.True(_sources.Values.Sum(source => source.Loads) > Models, "Nothing was let go.");
    }

    [Fact]
    public async Task RefreshAsync_BudgetHoldsOneVersion_UnloadsFirst()
    {
        await using ServiceProvider services = Build(150, 2);
        await UseAsync(services, "a");
        _sources["a"].Current = 7;

        Assert.True(await services.Registry().RefreshAsync("a", Token));

        Assert.Contains(
            _log.Records, record => record.Id == 3 && record.Text.EndsWith("loaded after unloading it", StringComparison.Ordinal));
        Assert.Equal(100, services.GetRequiredService<ModelMemory>().Reserved);
    }
}

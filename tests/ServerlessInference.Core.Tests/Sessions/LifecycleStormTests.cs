using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models;
using ServerlessInference.Registration;
using ServerlessInference.Sessions;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Sessions;

/// <summary>
/// Requests, impatient callers, warm-ups, replacements and evictions at once, until the container is disposed in the midst of them.
/// </summary>
[Collection("Alone")]
public sealed class LifecycleStormTests
{
    private const int Answers = 400, Replacements = 3;

    private readonly CountingSource _a = new(), _b = new(), _c = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ModelReplacement.SideBySide, ModelReplacement.SideBySide)]
    [InlineData(ModelReplacement.UnloadFirst, ModelReplacement.UnloadFirst)]
    [InlineData(ModelReplacement.UnloadFirst, ModelReplacement.SideBySide)]
    public async Task Dispose_InTheMidstOfEverything_LeavesNothingAndNobodyBehind(ModelReplacement first, ModelReplacement second)
    {
        ServiceProvider services = Build(first, second);
        ModelMemory memory = services.GetRequiredService<ModelMemory>();
        int answered = 0;
        using var done = new CancellationTokenSource();
        Task[] all =
        [
            .. Enumerable.Range(0, 8).Select(i => RepeatAsync(async () =>
            {
                await AskAsync(services, "abc"[i % 3], Token);
                Interlocked.Increment(ref answered);
            }, done.Token)),
            .. Enumerable.Range(0, 2).Select(i => RepeatAsync(async () =>
            {
                using var impatient = new CancellationTokenSource();
                Task asked = AskAsync(services, "ab"[i], impatient.Token);
                await Task.Yield();
                await impatient.CancelAsync();
                await asked;
            }, done.Token)),
            .. new[] { ("a", _a), ("b", _b), ("c", _c) }.Select(model => RepeatAsync(async () =>
            {
                model.Item2.Current = 1 + (model.Item2.Current % 1000); // another one, whose sums float32 holds
                model.Item2.Replaced += await services.Registry().RefreshAsync(model.Item1, Token) ? 1 : 0;
            }, done.Token)),
            .. new[] { "a", "b" }.Select(name => RepeatAsync(async () => await services.Registry().WarmUpAsync(name, Token), done.Token)),
        ];
        CountingSource[] sources = [_a, _b, _c];
        await Eventually.HoldsAsync(() => Array.Exists(all, task => task.IsFaulted)
            || (Volatile.Read(ref answered) >= Answers && Array.TrueForAll(sources, source => source.Replaced >= Replacements)));

        await services.DisposeAsync();
        await done.CancelAsync();
        await Task.WhenAll(all);

        await Task.WhenAll(sources.SelectMany(source => source.Owners).Select(owner => owner.Disposed)).WaitAsync(Token);
        await Eventually.HoldsAsync(() => memory.Reserved == 0);
        Assert.All(sources.SelectMany(source => source.Owners), owner => Assert.Equal(1, owner.Count));
    }

    private ServiceProvider Build(ModelReplacement first, ModelReplacement second)
    {
        var services = new ServiceCollection();
        services.Configure<ModelMemoryOptions>(options => options.BudgetBytes = 250);
        services.AddServerlessInference().Add("a", _a, Describe(first)).Add("b", _b, Describe(second, "a")).Add("c", _c, Describe(second));
        return services.BuildServiceProvider();

        static Action<ModelBuilder> Describe(ModelReplacement how, string? after = null) => model =>
        {
            model.Configure(options => (options.MemoryBytes, options.Replacement) = (100, how))
                .UsePipeline<ReadOnlyMemory<float>, ReadOnlyMemory<float>>(_ => new WarmRow(), _ => new RowPostprocessor());
            _ = after is null ? model : model.After(after);
        };
    }

    private static async Task AskAsync(ServiceProvider services, char model, CancellationToken cancellationToken)
    {
        InferenceResult<ReadOnlyMemory<float>> result = await services.Rows(model.ToString()).RunAsync(new[] { 0.5f }, cancellationToken);
        float answer = result.Value.Span[0] - 0.5f, version = int.Parse(result.Model.Version.AsSpan(1), CultureInfo.InvariantCulture);

        // Of two models in a row only the second one's version is told.
        Assert.True(model == 'b' ? answer > version : answer == version, $"{result.Model} answered {answer}.");
    }

    private static Task RepeatAsync(Func<Task> action, CancellationToken stop) => Task.Run(async () =>
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await action();
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (OperationCanceledException)
            {
                // The impatient one.
            }

            await Task.Yield();
        }
    }, CancellationToken.None);

    private sealed class CountingSource : IModelSource
    {
        private int _current = 1;
        private int _replaced;

        public int Current { get => Volatile.Read(ref _current); set => Volatile.Write(ref _current, value); }

        public int Replaced { get => Volatile.Read(ref _replaced); set => Volatile.Write(ref _replaced, value); }

        public ConcurrentBag<Owner> Owners { get; } = [];

        public string Description => "memory:versions";

        public ValueTask<string> GetVersionAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult($"v{Current}");

        public ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default)
        {
            int version = Current;
            var owner = new Owner();
            Owners.Add(owner);
            return ValueTask.FromResult(StubModelSource.Artifact(VersionedSource.Model(version), Description, $"v{version}", owner));
        }
    }
}

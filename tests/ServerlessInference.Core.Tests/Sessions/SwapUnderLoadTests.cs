using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models;
using ServerlessInference.Tensors;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Sessions;

public sealed class SwapUnderLoadTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ModelReplacement.SideBySide)]
    [InlineData(ModelReplacement.UnloadFirst)]
    public async Task RefreshAsync_FiftyConcurrentCallers_EveryAnswerIsOfItsOwnVersion(ModelReplacement how)
    {
        const int Swaps = 25, Callers = 50;
        var source = new VersionedSource();
        await using ServiceProvider services = TestModels.Services(
            "m", source, model => model.Configure(options => options.Replacement = how)).BuildServiceProvider();
        IInferencePipeline<NamedValues, NamedValues> pipeline = services.Named("m");
        (await services.Registry().AcquireAsync("m", Token)).Dispose();
        using var done = new CancellationTokenSource();
        var seen = new ConcurrentDictionary<string, int>();
        int asked = 0, answered = 0;

        Task[] callers = [.. Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                Interlocked.Increment(ref asked);
                InferenceResult<NamedValues> result = await pipeline.RunAsync(
                    new NamedValues { ["x"] = TensorValue.Create([caller, caller * 2f], 2, 1) }, Token);
                int version = int.Parse(result.Model.Version.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture);
                Assert.Equal([caller + version, (caller * 2f) + version], result.Value.Tensor("y").Elements<float>().ToArray());
                seen.AddOrUpdate(result.Model.Version, 1, (_, count) => count + 1);
                Interlocked.Increment(ref answered);

                // A real caller waits for its next request. One that never does keeps its thread of the pool, and two of them keep
                // everybody else's work waiting: the other callers', the swap's and that of every test beside this one.
                await Task.Yield();
            }
        }))];
        for (int version = 2; version <= Swaps + 1; version++)
        {
            int before = Volatile.Read(ref answered);
            source.Current = version;
            Assert.True(await services.Registry().RefreshAsync("m", Token));
            await Eventually.HoldsAsync(() => Volatile.Read(ref answered) >= before + Callers);
        }

        await done.CancelAsync();
        await Task.WhenAll(callers);

        Assert.Equal(asked, answered);
        Assert.True(seen.Count > Swaps / 2, $"Only {seen.Count} versions answered.");
        await Task.WhenAll(
            source.Owners.Where(owner => owner.Key != $"v{Swaps + 1}").Select(owner => owner.Value.Disposed)).WaitAsync(Token);
        Assert.All(source.Owners, owner => Assert.Equal(owner.Key == $"v{Swaps + 1}" ? 0 : 1, owner.Value.Count));
    }
}

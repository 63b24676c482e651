using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Pipelines;

namespace ServerlessInference.Tests.Pipelines;

public sealed class WorkingMemoryTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void TryReserve_NoLimit_IsAlwaysTrue()
    {
        var memory = new WorkingMemory();

        Assert.False(memory.IsLimited);
        Assert.True(memory.TryReserve(long.MaxValue));
        Assert.True(memory.TryReserve(long.MaxValue));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Constructor_LimitThatIsNone_Throws(long limit) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkingMemory(limit));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Constructor_MaxInputThatIsNone_Throws(long maxInputBytes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkingMemory(maxInputBytes: maxInputBytes));

    [Fact]
    public async Task WorkLimits_OfTheApplication_ReachTheMemory()
    {
        var services = new ServiceCollection();
        services.AddSingleton(new WorkLimits { WorkingMemoryBytes = 300, MaxInputBytes = 200 });
        services.AddServerlessInference();
        await using ServiceProvider provider = services.BuildServiceProvider();

        var memory = provider.GetRequiredService<WorkingMemory>();

        Assert.Equal((true, 300, 200), (memory.IsLimited, memory.LimitBytes, memory.MaxInputBytes));
        Assert.False(new WorkingMemory().IsLimited);
        Assert.True(new WorkingMemory(maxInputBytes: 5).IsLimited);
    }

    [Fact]
    public void TryReserve_MoreThanIsFree_IsFalseUntilReleased()
    {
        var memory = new WorkingMemory(100);

        Assert.True(memory.TryReserve(60));
        Assert.True(memory.TryReserve(40));
        Assert.False(memory.TryReserve(1));
        memory.Release(40);
        Assert.True(memory.TryReserve(1));
    }

    [Fact]
    public async Task Reserve_MoreThanTheLimit_GetsAllOfItAlone()
    {
        var memory = new WorkingMemory(100);
        Assert.True(memory.TryReserve(1));

        Task large = memory.ReserveAsync(1_000_000, Token).AsTask();
        Assert.False(large.IsCompleted);
        memory.Release(1);
        await large;

        Assert.False(memory.TryReserve(1));
        memory.Release(1_000_000);
        Assert.True(memory.TryReserve(100));
    }

    [Fact]
    public async Task Reserve_SeveralWait_WhoCameFirstGoesFirst()
    {
        var memory = new WorkingMemory(100);
        Assert.True(memory.TryReserve(100));
        Task heavy = memory.ReserveAsync(90, Token).AsTask();
        Task light = memory.ReserveAsync(20, Token).AsTask();

        memory.Release(50);

        // The light one would fit, but would let the heavy one starve.
        Assert.False(light.IsCompleted);
        Assert.False(memory.TryReserve(1));
        memory.Release(50);
        await heavy;
        Assert.False(light.IsCompleted);
        memory.Release(90);
        await light;
    }

    [Fact]
    public async Task Reserve_Cancelled_LeavesItsPlaceToThoseBehind()
    {
        var memory = new WorkingMemory(100);
        Assert.True(memory.TryReserve(50));
        using var stop = new CancellationTokenSource();
        Task heavy = memory.ReserveAsync(100, stop.Token).AsTask();
        Task light = memory.ReserveAsync(50, Token).AsTask();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => heavy);
        await light;
        memory.Release(50);
        memory.Release(50);
        Assert.True(memory.TryReserve(100));
    }

    [Fact]
    public async Task Reserve_ManyAtOnce_NeverExceedsTheLimit()
    {
        const int Limit = 100;
        var memory = new WorkingMemory(Limit);
        int inside = 0, most = 0;

        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => Task.Run(async () =>
        {
            int weight = 1 + i % 60;
            await memory.ReserveAsync(weight, Token);
            int now = Interlocked.Add(ref inside, weight);
            int seen = Volatile.Read(ref most);
            while (now > seen && Interlocked.CompareExchange(ref most, now, seen) != seen)
            {
                seen = Volatile.Read(ref most);
            }

            await Task.Yield();
            Interlocked.Add(ref inside, -weight);
            memory.Release(weight);
        }, Token)));

        Assert.InRange(most, 1, Limit);
        Assert.True(memory.TryReserve(Limit));
    }

    [Fact]
    public void Services_LimitsOfTheApplication_AreUsed()
    {
        var services = new ServiceCollection();
        services.AddSingleton(new WorkLimits { WorkingMemoryBytes = 10 });
        services.AddServerlessInference();
        using ServiceProvider provider = services.BuildServiceProvider();

        Assert.True(provider.GetRequiredService<WorkingMemory>().IsLimited);
        Assert.True(provider.GetRequiredService<RunGate>().TryEnter());
        Assert.True(provider.GetRequiredService<RunGate>().TryEnter());
    }

    [Fact]
    public async Task RunGate_TwoRunsAllowed_TheThirdWaits()
    {
        var gate = new RunGate(2);
        Assert.True(gate.TryEnter());
        Assert.True(gate.TryEnter());
        Assert.False(gate.TryEnter());

        Task third = gate.EnterAsync(Token).AsTask();
        gate.Exit();

        await third;
    }
}

using System.Net.Sockets;
using ServerlessInference.Shared;

namespace ServerlessInference.Tests.Retry;

public sealed class RetryStrategyTests
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    public static TheoryData<Exception, bool> Failures => new()
    {
        { new IOException(), true },
        { new EndOfStreamException(), true },
        { new TimeoutException(), true },
        { new HttpRequestException(), true },
        { new SocketException(), true },
        { new OperationCanceledException(), false },
        { new ModelLoadException(), false },
        { new InvalidOperationException(), false },
    };

    private static RetryStrategy Create(double random, double jitter = 0.5) => new(5, First, Longest, jitter, () => random);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 100)]
    [InlineData(2, 200)]
    [InlineData(3, 400)]
    [InlineData(6, 3200)]
    [InlineData(7, 5000)]
    [InlineData(int.MaxValue, 5000)]
    public void GetPause_FailuresInARow_DoublesUpToTheLongestPause(int failures, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Create(random: 0).GetPause(failures));

    [Theory]
    [InlineData(0, 200)]
    [InlineData(0.5, 150)]
    [InlineData(1, 100)]
    public void GetPause_Jitter_ShortensThePauseByUpToAHalf(double random, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Create(random).GetPause(2));

    [Fact]
    public void GetPause_NoJitter_AsksForNoRandomNumber()
    {
        var strategy = new RetryStrategy(
            5, First, Longest, jitter: 0, () => throw new InvalidOperationException("no random number is needed"));

        Assert.Equal(First, strategy.GetPause(1));
    }

    [Fact]
    public void GetPause_OwnRandomNumbers_StayWithinTheBounds()
    {
        var strategy = new RetryStrategy(5, First, Longest);

        TimeSpan[] pauses = [.. Enumerable.Range(0, 1_000).Select(_ => strategy.GetPause(1))];

        Assert.All(pauses, pause => Assert.InRange(pause, First / 2, First));
        Assert.True(pauses.Distinct().Count() > 900, "The pauses are not spread.");
    }

    [Fact]
    public async Task PauseAsync_Failure_CompletesAfterThePause()
    {
        var time = new FakeTimeProvider();

        Task pause = Create(random: 1).PauseAsync(1, time, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMilliseconds(49));
        Assert.False(pause.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));

        await pause;
    }

    [Fact]
    public void PauseAsync_NoPause_CompletesAtOnce()
    {
        var strategy = new RetryStrategy(3, TimeSpan.Zero, TimeSpan.Zero);

        Assert.True(strategy.PauseAsync(1, new FakeTimeProvider(), TestContext.Current.CancellationToken).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task PauseAsync_Cancelled_Throws()
    {
        using var stop = new CancellationTokenSource();
        Task pause = Create(random: 0).PauseAsync(1, new FakeTimeProvider(), stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pause);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public void IsTransportFailure_Exception_ExcludesOtherFailures(Exception failure, bool expected) =>
        Assert.Equal(expected, RetryStrategy.IsTransportFailure(failure));

    [Fact]
    public void IsTransient_Cancellation_IsTransientUnlessTheCallerCancelled()
    {
        var failure = new OperationCanceledException();

        Assert.True(RetryStrategy.IsTransient(failure, TestContext.Current.CancellationToken));
        Assert.False(RetryStrategy.IsTransient(failure, new CancellationToken(canceled: true)));
        Assert.False(RetryStrategy.IsTransient(new IOException(), new CancellationToken(canceled: true)));
    }

    [Theory]
    [InlineData(200, false)]
    [InlineData(404, false)]
    [InlineData(408, true)]
    [InlineData(412, false)]
    [InlineData(429, true)]
    [InlineData(500, true)]
    [InlineData(503, true)]
    public void IsTransientStatus_Status_IsTimeoutThrottlingOrServerError(int status, bool expected) =>
        Assert.Equal(expected, RetryStrategy.IsTransientStatus(status));
}

namespace ServerlessInference.Testing.Tests;

public sealed class ManualTimeProviderTests
{
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public void Advance_Timers_FireInOrderOfTheirTimes()
    {
        var fired = new List<string>();
        using ITimer late = _clock.CreateTimer(_ => fired.Add($"late {_clock.GetUtcNow().Second}"), null, TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan);
        using ITimer early = _clock.CreateTimer(_ => fired.Add($"early {_clock.GetUtcNow().Second}"), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);

        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(["early 1", "late 2"], fired);
        Assert.Equal(5, _clock.GetUtcNow().Second);
        Assert.Equal(0, _clock.WaitingTimers);
    }

    [Fact]
    public void Advance_PeriodicTimer_FiresEachTime()
    {
        int fired = 0;
        using ITimer timer = _clock.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));

        _clock.Advance(TimeSpan.FromSeconds(3.5));

        Assert.Equal(3, fired);
        Assert.Equal(1, _clock.WaitingTimers);
    }

    [Fact]
    public void Dispose_Timer_DoesNotFire()
    {
        int fired = 0;
        _clock.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan).Dispose();

        _clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(0, fired);
    }

    [Fact]
    public async Task Delay_OnTheClock_EndsWhenItIsMoved()
    {
        Task delay = Task.Delay(TimeSpan.FromMinutes(1), _clock, TestContext.Current.CancellationToken);
        Assert.False(delay.IsCompleted);

        _clock.Advance(TimeSpan.FromMinutes(1));

        await delay;
    }

    [Fact]
    public void GetElapsedTime_BetweenMoves_IsWhatItWasMoved()
    {
        long start = _clock.GetTimestamp();

        _clock.Advance(TimeSpan.FromMilliseconds(1234));

        Assert.Equal(TimeSpan.FromMilliseconds(1234), _clock.GetElapsedTime(start));
    }

    [Fact]
    public void Advance_Backwards_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => _clock.Advance(TimeSpan.FromTicks(-1)));
}

namespace ServerlessInference.Tests.Shared;

/// <summary>
/// A clock that the test advances and that reports when the code under test waits for it. Compiled into every test project.
/// </summary>
/// <remarks>A test that advances the clock before the code has created its timer would wait for ever. Thread-safe.</remarks>
internal sealed class ObservedTimeProvider : FakeTimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<TimeSpan> _created = [];
    private readonly List<(TimeSpan DueTime, int Count, TaskCompletionSource Reached)> _waiting = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        lock (_lock)
        {
            _created.Add(dueTime);
            foreach ((TimeSpan wanted, int count, TaskCompletionSource reached) in _waiting)
            {
                if (CountOf(wanted) >= count)
                {
                    reached.TrySetResult();
                }
            }
        }

        return timer;
    }

    /// <summary>Waits until the code under test has created a timer with this due time.</summary>
    /// <param name="dueTime">The due time that the timer is created with.</param>
    /// <param name="count">How many such timers to wait for.</param>
    public Task WaitForTimerAsync(TimeSpan dueTime, int count = 1)
    {
        lock (_lock)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (CountOf(dueTime) >= count)
            {
                reached.SetResult();
            }

            _waiting.Add((dueTime, count, reached));
            return reached.Task.WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Gets how many timers with this due time the code under test has created.</summary>
    public int CountTimers(TimeSpan dueTime)
    {
        lock (_lock)
        {
            return CountOf(dueTime);
        }
    }

    private int CountOf(TimeSpan dueTime) => _created.Count(created => created == dueTime);
}

namespace ServerlessInference.Sessions;

/// <summary>Lets work in as long as its weight and that of all that is inside do not exceed a capacity. Who came first goes first. Thread-safe.</summary>
internal sealed class WeightedGate(long capacity)
{
    private readonly Lock _lock = new();
    private LinkedList<Waiter>? _waiting;
    private long _inside;

    /// <summary>Enters where that needs no waiting.</summary>
    public bool TryEnter(long weight)
    {
        weight = Clamp(weight);
        lock (_lock)
        {
            if (_waiting is { Count: > 0 } || _inside + weight > capacity)
            {
                return false;
            }

            _inside += weight;
            return true;
        }
    }

    /// <summary>Enters, waiting for it where needed.</summary>
    /// <param name="weight">The weight; more than the capacity counts as the capacity.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public ValueTask EnterAsync(long weight, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return TryEnter(weight) ? ValueTask.CompletedTask : WaitAsync(Clamp(weight), cancellationToken);
    }

    /// <summary>Leaves.</summary>
    /// <param name="weight">The weight with which was entered.</param>
    public void Exit(long weight)
    {
        lock (_lock)
        {
            _inside -= Clamp(weight);
            LetIn();
        }
    }

    private long Clamp(long weight)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(weight);
        return Math.Min(weight, capacity);
    }

    private async ValueTask WaitAsync(long weight, CancellationToken cancellationToken)
    {
        var waiter = new Waiter(weight);
        lock (_lock)
        {
            (_waiting ??= []).AddLast(waiter);

            // What was inside may have left in between.
            LetIn();
        }

        using (cancellationToken.UnsafeRegister(static (state, token) => ((Action<CancellationToken>)state!)(token), (Action<CancellationToken>)(token => Abandon(waiter, token))))
        {
            await waiter.Task.ConfigureAwait(false);
        }
    }

    private void Abandon(Waiter waiter, CancellationToken token)
    {
        lock (_lock)
        {
            if (_waiting!.Remove(waiter))
            {
                waiter.TrySetCanceled(token);

                // Those behind it may be lighter.
                LetIn();
            }
        }
    }

    private void LetIn()
    {
        while (_waiting?.First is { } first && _inside + first.Value.Weight <= capacity)
        {
            _inside += first.Value.Weight;
            _waiting.RemoveFirst();
            first.Value.TrySetResult();
        }
    }

    // Continuations run elsewhere, since they are released under the lock.
    private sealed class Waiter(long weight) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public long Weight => weight;
    }
}

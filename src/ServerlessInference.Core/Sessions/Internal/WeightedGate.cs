namespace ServerlessInference.Sessions;

/// <summary>
/// A semaphore with weights: admits work as long as the total weight of the work inside does not exceed the capacity. First come, first
/// served. Thread-safe.
/// </summary>
/// <remarks>
/// Strict order keeps heavy work from starving: light work does not overtake heavy work that is waiting. The price is that capacity may
/// stay unused while heavy work waits.
/// </remarks>
internal sealed class WeightedGate(long capacity)
{
    private readonly Lock _lock = new();
    private LinkedList<Waiter>? _waiting;
    private long _inside;

    /// <summary>Enters if that is possible without waiting.</summary>
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

    /// <summary>Enters, and waits if necessary.</summary>
    /// <param name="weight">The weight. More than the capacity counts as the capacity.</param>
    /// <param name="cancellationToken">Cancels waiting; the work is not inside then.</param>
    public ValueTask EnterAsync(long weight, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return TryEnter(weight) ? ValueTask.CompletedTask : WaitAsync(Clamp(weight), cancellationToken);
    }

    /// <summary>Leaves.</summary>
    /// <param name="weight">The weight that was passed when entering.</param>
    public void Exit(long weight)
    {
        lock (_lock)
        {
            _inside -= Clamp(weight);
            AdmitWaiters();
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

            // The work inside may have left since TryEnter released the lock; then nobody else would admit this waiter.
            AdmitWaiters();
        }

        Action<CancellationToken> abandon = token => Abandon(waiter, token);
        using (cancellationToken.UnsafeRegister(static (state, token) => ((Action<CancellationToken>)state!)(token), abandon))
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

                // The waiters behind it may be lighter, so that they can enter now.
                AdmitWaiters();
            }
        }
    }

    private void AdmitWaiters()
    {
        while (_waiting?.First is { } first && _inside + first.Value.Weight <= capacity)
        {
            _inside += first.Value.Weight;
            _waiting.RemoveFirst();
            first.Value.TrySetResult();
        }
    }

    // Waiters are completed under the lock, so their continuations must not run on this thread.
    private sealed class Waiter(long weight) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public long Weight => weight;
    }
}

namespace ServerlessInference.Lambda;

/// <summary>Cancels invocations a margin before Lambda ends them. One a loop; reused as long as it did not fire.</summary>
internal sealed class InvocationDeadline(TimeProvider time, TimeSpan margin) : IDisposable
{
    // Timers go no further; Lambda's own longest timeout is 15 minutes.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private CancellationTokenSource? _source;
    private CancellationTokenRegistration _caller;
    private CancellationToken _callerToken;

    /// <summary>Gets a value indicating whether the time ran out, as opposed to a caller that gave up.</summary>
    public bool Reached => _source is { IsCancellationRequested: true } && !_callerToken.IsCancellationRequested;

    public CancellationToken Begin(DateTimeOffset deadline, CancellationToken caller)
    {
        _callerToken = caller;
        if (deadline == DateTimeOffset.MaxValue)
        {
            _source ??= new CancellationTokenSource();
        }
        else
        {
            TimeSpan remaining = deadline - time.GetUtcNow();
            TimeSpan after = remaining - Min(margin, remaining / 4);
            after = after < TimeSpan.Zero ? TimeSpan.Zero : Min(after, Longest);
            if (_source is null)
            {
                _source = new CancellationTokenSource(after, time);
            }
            else
            {
                _source.CancelAfter(after);
            }
        }

        if (caller.CanBeCanceled)
        {
            _caller = caller.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _source);
        }

        return _source.Token;
    }

    /// <summary>Ends an invocation.</summary>
    /// <returns>Whether it was cancelled, for whatever reason.</returns>
    public bool End()
    {
        _caller.Dispose();
        _caller = default;
        if (_source!.TryReset())
        {
            return false;
        }

        _source.Dispose();
        _source = null;
        return true;
    }

    public void Dispose() => _source?.Dispose();

    private static TimeSpan Min(TimeSpan first, TimeSpan second) => first < second ? first : second;
}

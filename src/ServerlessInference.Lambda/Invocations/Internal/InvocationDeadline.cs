namespace ServerlessInference.Lambda.Invocations;

/// <summary>Cancels invocations shortly before Lambda would end them.</summary>
/// <remarks>
/// One per polling loop. The same <see cref="CancellationTokenSource"/> serves one invocation after another; only one that was cancelled is
/// replaced, because it cannot be reset.
/// </remarks>
internal sealed class InvocationDeadline(TimeProvider time, TimeSpan margin) : IDisposable
{
    // CancelAfter accepts no more than about 49 days. Lambda's own maximum timeout is 15 minutes.
    private static readonly TimeSpan MaxDelay = TimeSpan.FromDays(1);

    private CancellationTokenSource? _source;
    private CancellationTokenRegistration _caller;
    private CancellationToken _callerToken;

    /// <summary>Gets a value indicating whether the time ran out, as opposed to the caller cancelling.</summary>
    public bool IsReached => _source is { IsCancellationRequested: true } && !_callerToken.IsCancellationRequested;

    /// <summary>Starts the time of an invocation.</summary>
    /// <param name="deadline">When Lambda ends the invocation; <see cref="DateTimeOffset.MaxValue"/> for never.</param>
    /// <param name="caller">The caller's token, which cancels the invocation as well.</param>
    /// <returns>The invocation's token.</returns>
    public CancellationToken Begin(DateTimeOffset deadline, CancellationToken caller)
    {
        _callerToken = caller;
        if (deadline == DateTimeOffset.MaxValue)
        {
            _source ??= new CancellationTokenSource();
        }
        else
        {
            // An invocation that begins late still gets three quarters of its remaining time, however large the margin is.
            TimeSpan remaining = deadline - time.GetUtcNow();
            TimeSpan delay = remaining - Min(margin, remaining / 4);
            delay = delay < TimeSpan.Zero ? TimeSpan.Zero : Min(delay, MaxDelay);
            if (_source is null)
            {
                _source = new CancellationTokenSource(delay, time);
            }
            else
            {
                _source.CancelAfter(delay);
            }
        }

        if (caller.CanBeCanceled)
        {
            _caller = caller.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _source);
        }

        return _source.Token;
    }

    /// <summary>Stops the time of an invocation.</summary>
    /// <returns>Whether the invocation was cancelled, by its deadline or by its caller.</returns>
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

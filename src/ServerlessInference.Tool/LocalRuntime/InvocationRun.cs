using System.Globalization;

namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>
/// The progress of one invocation through the environment: its time budget, its timings and its outcome. Not shared between calls.
/// </summary>
internal sealed class InvocationRun(string requestId, InvocationRequest request, FunctionSettings settings, TimeProvider time)
{
    private InvocationOutcome? _outcome;
    private Invocation? _invocation;
    private long? _firstStart;
    private long? _handedOver;
    private long _budgetFrom;
    private DateTimeOffset _deadline;
    private TimeSpan? _init;
    private bool _initRepeated;

    /// <summary>Gets the rest of the function's timeout, never less than zero.</summary>
    public TimeSpan Remaining
    {
        get
        {
            TimeSpan left = settings.Timeout - time.GetElapsedTime(_budgetFrom);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Gets a value indicating whether this invocation had to start the function.</summary>
    public bool NeededStart => _firstStart is not null;

    /// <summary>Gets a value indicating whether the outcome is known.</summary>
    public bool IsFinished => _outcome is not null;

    /// <summary>Gets the error; null if the invocation has not failed.</summary>
    public FunctionError? Error => _outcome?.Error;

    /// <summary>Starts the clock of the function's timeout.</summary>
    public void BeginBudget()
    {
        _budgetFrom = time.GetTimestamp();
        _deadline = time.GetUtcNow() + settings.Timeout;
    }

    /// <summary>Records the start of a process.</summary>
    public void MarkStart(long timestamp) => _firstStart ??= timestamp;

    /// <summary>Records that the init phase failed and is repeated within the invocation.</summary>
    public void MarkInitRepeated()
    {
        _initRepeated = true;
        _handedOver = _budgetFrom;
    }

    /// <summary>Records the end of a successful init.</summary>
    public void MarkInitialised(FunctionInstance instance) =>
        _init = time.GetElapsedTime(instance.Process.StartedAt, instance.Session.InitialisedAt);

    /// <summary>Ends the invocation because the function did not start.</summary>
    public void Fail(InitFailure failure)
    {
        if (failure.Reported is { } reported)
        {
            _outcome = reported;
        }
        else
        {
            Fail(failure.Error);
        }
    }

    private void Fail(FunctionError error)
    {
        // The message names the function's timeout, as on Lambda, and not the part of it that was left for the repeated init.
        FunctionError shown = error.Type == FunctionError.TimedOut ? TimedOut() : error;
        _outcome = InvocationOutcome.Failed(shown with { Message = $"RequestId: {requestId} Error: {shown.Message}" }, time.GetTimestamp());
    }

    /// <summary>Hands the event to the function as soon as it polls.</summary>
    /// <returns>
    /// False if the process ended or did not poll in time. If there is no outcome then, the invocation may be retried with a new process.
    /// </returns>
    public async Task<bool> DispatchAsync(FunctionInstance instance, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var limit = new CancellationTokenSource(Remaining, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, limit.Token);
        Task<Invocation> dispatch = instance.Session.DispatchAsync(CreateInvocation, either.Token);
        await Task.WhenAny(dispatch, instance.Process.Exited).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        try
        {
            _invocation = await dispatch.ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!instance.Process.Exited.IsCompleted)
            {
                Fail(TimedOut());
            }
            else if (NeededStart)
            {
                Fail(new FunctionError(FunctionError.ExitError, instance.Process.DescribeExit()));
            }

            return false;
        }
    }

    /// <summary>Waits for the answer, the end of the process, or the deadline.</summary>
    /// <returns>Whether the process may take the next invocation.</returns>
    public async Task<bool> AwaitOutcomeAsync(FunctionInstance instance, CancellationToken cancellationToken)
    {
        Invocation invocation = _invocation ?? throw new InvalidOperationException("The invocation was not handed to the function yet.");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(invocation.Outcome, instance.Process.Exited, Task.Delay(Remaining, time, stop.Token)).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        if (!invocation.Outcome.IsCompleted)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Fail(instance.Process.Exited.IsCompleted
                ? new FunctionError(FunctionError.ExitError, instance.Process.DescribeExit())
                : TimedOut());
            if (_outcome is { } failed && invocation.TryComplete(failed))
            {
                // If the process handles several invocations at a time, a timeout of one does not stop the others.
                return settings.MaxConcurrency > 1 && !instance.Process.Exited.IsCompleted;
            }
        }

        _outcome = await invocation.Outcome.ConfigureAwait(false);
        return true;
    }

    /// <summary>Returns the finished invocation.</summary>
    public InvocationResult Finish()
    {
        InvocationOutcome outcome = _outcome ?? throw new InvalidOperationException("The invocation has no outcome yet.");
        TimeSpan duration = time.GetElapsedTime(_handedOver ?? _budgetFrom, outcome.AnsweredAt);
        ColdStart? start = _firstStart is { } first
            ? new ColdStart(_init, time.GetElapsedTime(first, outcome.AnsweredAt), _initRepeated)
            : null;
        return new InvocationResult(requestId, outcome, duration, start);
    }

    private Invocation CreateInvocation()
    {
        _handedOver ??= time.GetTimestamp();
        return new Invocation(requestId, request, _deadline);
    }

    private FunctionError TimedOut() => new(
        FunctionError.TimedOut,
        string.Create(CultureInfo.InvariantCulture, $"Task timed out after {settings.Timeout.TotalSeconds:F2} seconds"));
}

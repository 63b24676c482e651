using System.Threading.Channels;

namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>
/// The Runtime API's state for one process: whether it is initialised, which polls wait, which invocations are in flight.
/// Thread-safe.
/// </summary>
internal sealed class RuntimeSession(TimeProvider time, int maxConcurrency)
{
    private readonly Lock _gate = new();
    private readonly Channel<TaskCompletionSource<Invocation>> _polls = Channel.CreateUnbounded<TaskCompletionSource<Invocation>>();
    private readonly Dictionary<string, Invocation> _running = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource<InvocationOutcome?> _initialised = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Phase _phase = Phase.Starting;
    private Invocation? _latest;

    private enum Phase
    {
        Starting,
        Serving,
        InitFailed,
    }

    /// <summary>Completes with null at the first poll, or with the error that the runtime reported instead.</summary>
    public Task<InvocationOutcome?> Initialised => _initialised.Task;

    /// <summary>Gets the time stamp of the first poll or of the init error; 0 before either.</summary>
    public long InitialisedAt { get; private set; }

    /// <summary>Gets the state's name as AWS's emulator calls it in its messages.</summary>
    public string StateName
    {
        get
        {
            lock (_gate)
            {
                return (_phase, _latest) switch
                {
                    (Phase.Starting, _) => "RuntimeStartedState",
                    (Phase.InitFailed, _) => "RuntimeInitErrorState",
                    (_, null) => "RuntimeReadyState",
                    (_, { Outcome.IsCompleted: true }) => "RuntimeResponseSentState",
                    (_, { IsAnswering: true }) => "RuntimeInvocationResponseState",
                    _ => "RuntimeRunningState",
                };
            }
        }
    }

    /// <summary>A poll by the function: waits for the next invocation.</summary>
    /// <returns>The invocation, or null where the runtime has reported an init error and may not poll.</returns>
    /// <exception cref="OperationCanceledException">The function gave up the poll.</exception>
    public async Task<Invocation?> NextAsync(CancellationToken cancellationToken)
    {
        var poll = new TaskCompletionSource<Invocation>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            switch (_phase)
            {
                case Phase.InitFailed:
                    return null;
                case Phase.Starting:
                    _phase = Phase.Serving;
                    InitialisedAt = time.GetTimestamp();
                    _initialised.SetResult(null);
                    break;
                default:
                    // A poll while an invocation runs repeats one whose answer was lost: the service sends the same event again.
                    if (maxConcurrency == 1 && _latest is { IsAnswering: false, Outcome.IsCompleted: false } running)
                    {
                        return running;
                    }

                    break;
            }

            _polls.Writer.TryWrite(poll);
        }

        var registration = cancellationToken.Register(() => poll.TrySetCanceled(cancellationToken));
        await using (registration.ConfigureAwait(false))
        {
            return await poll.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Hands an invocation to the function, once it polls.</summary>
    /// <param name="create">Makes the invocation at the moment of the hand-over.</param>
    /// <param name="cancellationToken">Gives up waiting for a poll.</param>
    public async Task<Invocation> DispatchAsync(Func<Invocation> create, CancellationToken cancellationToken)
    {
        while (true)
        {
            var poll = await _polls.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var invocation = create();
            lock (_gate)
            {
                if (!poll.TrySetResult(invocation))
                {
                    continue; // the function gave this poll up; it will come with another
                }

                if (maxConcurrency == 1)
                {
                    _running.Clear();

                    // The poll just answered may be one whose connection is lost without the server knowing yet: whoever else polls
                    // is the same function asking again, and gets the same event.
                    while (_polls.Reader.TryRead(out var repeated))
                    {
                        repeated.TrySetResult(invocation);
                    }
                }

                _running[invocation.RequestId] = invocation;
                _latest = invocation;
                return invocation;
            }
        }
    }

    /// <summary>Asks whether the function may answer this request id now, and claims the answer where it may.</summary>
    public AnswerAdmission BeginAnswer(string requestId, out Invocation? invocation)
    {
        lock (_gate)
        {
            if (!_running.TryGetValue(requestId, out invocation))
            {
                return AnswerAdmission.InvalidRequestId;
            }

            if (maxConcurrency > 1)
            {
                _running.Remove(requestId);
            }
        }

        if (!invocation.TryBeginAnswer())
        {
            return AnswerAdmission.InvalidStateTransition;
        }

        return invocation.Outcome.IsCompleted ? AnswerAdmission.TimedOut : AnswerAdmission.Accepted;
    }

    /// <summary>The runtime reports that its init failed; false where it had already polled or reported.</summary>
    public bool TryFailInit(InvocationOutcome error)
    {
        lock (_gate)
        {
            if (_phase != Phase.Starting)
            {
                return false;
            }

            _phase = Phase.InitFailed;
            InitialisedAt = time.GetTimestamp();
            return _initialised.TrySetResult(error);
        }
    }
}

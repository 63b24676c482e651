using System.Threading.Channels;

namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>
/// The state of the Runtime API for one process: whether it is initialised, which polls are waiting, and which invocations are in flight.
/// Thread-safe.
/// </summary>
/// <remarks>
/// <para>The phases, all changed under the lock:</para>
/// <code>
/// Starting ── first GET invocation/next ──> Serving
/// Starting ── POST init/error ───────────> InitFailed   (every later poll is rejected)
/// </code>
/// <para>In <c>Serving</c>, polls wait in a queue, and <see cref="DispatchAsync"/> takes the oldest one for each invocation. A function
/// with a concurrency of 1 polls only after it has answered. So if it polls while its invocation is unanswered, the connection of the
/// earlier poll was lost, and it gets the same invocation again, as from the service.</para>
/// </remarks>
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

    /// <summary>Completes with null at the first poll, or with the error that the runtime reports instead.</summary>
    public Task<InvocationOutcome?> Initialised => _initialised.Task;

    /// <summary>Gets the timestamp of the first poll or of the init error; 0 before that.</summary>
    public long InitialisedAt { get; private set; }

    /// <summary>Gets the name of the state as AWS's runtime interface emulator shows it in its messages.</summary>
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

    /// <summary>Handles a poll by the function: waits for the next invocation.</summary>
    /// <returns>The invocation, or null if the runtime has reported an init error and therefore must not poll.</returns>
    /// <exception cref="OperationCanceledException">The function abandoned the poll.</exception>
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
                    // The response to the earlier poll was lost (see the remarks): send the same event again.
                    if (maxConcurrency == 1 && _latest is { IsAnswering: false, Outcome.IsCompleted: false } running)
                    {
                        return running;
                    }

                    break;
            }

            _polls.Writer.TryWrite(poll);
        }

        CancellationTokenRegistration registration = cancellationToken.Register(() => poll.TrySetCanceled(cancellationToken));
        await using (registration.ConfigureAwait(false))
        {
            return await poll.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Hands an invocation to the function as soon as it polls.</summary>
    /// <param name="create">Creates the invocation at the moment it is handed over.</param>
    /// <param name="cancellationToken">Stops waiting for a poll.</param>
    public async Task<Invocation> DispatchAsync(Func<Invocation> create, CancellationToken cancellationToken)
    {
        while (true)
        {
            TaskCompletionSource<Invocation> poll = await _polls.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            Invocation invocation = create();
            lock (_gate)
            {
                if (!poll.TrySetResult(invocation))
                {
                    continue; // The function abandoned this poll; wait for its next one.
                }

                if (maxConcurrency == 1)
                {
                    _running.Clear();

                    // The connection of the poll just answered may be lost without the server knowing it yet. All other waiting polls
                    // are retries by the same function, so they get the same event.
                    while (_polls.Reader.TryRead(out TaskCompletionSource<Invocation>? repeated))
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

    /// <summary>Checks whether the function may answer this request id now and, if so, claims the answer.</summary>
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

    /// <summary>Records that the runtime reported a failed init; returns false if it has already polled or reported.</summary>
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

using System.Runtime.InteropServices;
using ServerlessInference.Lambda.Events;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Lambda.Runtime;

/// <summary>Runs one polling loop per concurrent invocation, and stops all loops together.</summary>
internal sealed class LoopRunner : IDisposable
{
    private readonly RuntimeApiEndpoint _endpoint;
    private readonly RuntimeApiClient[] _clients;
    private readonly InvocationProcessor _processor;
    private readonly TimeSpan _deadlineMargin;
    private readonly TimeProvider _time;
    private int _answered;
    private CancellationTokenRegistration _stop;
    private PosixSignalRegistration? _termination;

    public LoopRunner(RuntimeApiEndpoint endpoint, int loops, InvocationProcessor processor, TimeSpan deadlineMargin, TimeProvider time)
    {
        _endpoint = endpoint;
        _processor = processor;
        _deadlineMargin = deadlineMargin;
        _time = time;
        _clients = new RuntimeApiClient[loops];
        for (int i = 0; i < loops; i++)
        {
            _clients[i] = new RuntimeApiClient(endpoint, blocking: loops == 1, time);
        }
    }

    /// <summary>
    /// Opens the first loop's connection before its first request, and reads a made-up response, so that the code that reads responses is
    /// compiled.
    /// </summary>
    public void Connect()
    {
        if (_clients.Length == 1)
        {
            _clients[0].Connect();
        }

        var reader = new ApiResponseReader(maxRetainedPayload: 0);
        reader.Begin();
        ReadOnlySpan<byte> response =
            ("HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: 1\r\nLambda-Runtime-Deadline-Ms: 1\r\n"u8 +
            "Lambda-Runtime-Invoked-Function-Arn: 1\r\nContent-Length: 2\r\n\r\n{}"u8);
        response.CopyTo(reader.Space.Span);
        reader.Received(response.Length);
    }

    /// <summary>Tells Lambda that it may take its snapshot, and waits until a copy of the snapshot is restored.</summary>
    public ValueTask<bool> WaitForRestoreAsync(CancellationToken cancellationToken)
    {
        CancellationTokenRegistration stop = cancellationToken.UnsafeRegister(static state => ((LoopRunner)state!).Stop(), this);
        return Wait();

        async ValueTask<bool> Wait()
        {
            using (stop)
            {
                // On another thread, because the client of a single loop blocks its thread.
                return await Task.Run(() => _clients[0].WaitForRestoreAsync().AsTask(), CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    public async Task FailInitializationAsync(FunctionError error, bool restored = false)
    {
        using var invocation = new Invocation(RuntimeApiRequests.HeadRoom(_endpoint));
        ErrorJson.Write(invocation, error);
        await _clients[0].FailInitializationAsync(error.Type, invocation.Response, restored).ConfigureAwait(false);
    }

    /// <summary>Runs until the token is cancelled, Lambda ends the process, or a loop fails. The runner is then disposed.</summary>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        _stop = cancellationToken.UnsafeRegister(static state => ((LoopRunner)state!).Stop(), this);

        // A single loop blocks its thread, so it gets a thread of its own.
        return _clients.Length == 1
            ? Task.Factory.StartNew(RunFirstAsync, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()
            : RunAllAsync();
    }

    /// <summary>
    /// Called after every answer. The handler of Lambda's termination signal is registered after the first one, so that it does not delay
    /// that answer.
    /// </summary>
    public void Answered()
    {
        if (Volatile.Read(ref _answered) == 0 && Interlocked.Exchange(ref _answered, 1) == 0)
        {
            _termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
            {
                // The invocations that are running are completed; then the loops end, and with them the process.
                signal.Cancel = true;
                Stop();
            });
        }
    }

    public void Dispose()
    {
        _stop.Dispose();
        _termination?.Dispose();
        foreach (RuntimeApiClient client in _clients)
        {
            client.Dispose();
        }
    }

    private Task RunFirstAsync() => CreateLoop(0).RunAsync(disposeRunner: true);

    private async Task RunAllAsync()
    {
        var loops = new Task[_clients.Length];
        for (int i = 0; i < loops.Length; i++)
        {
            PollingLoop loop = CreateLoop(i);
            loops[i] = Task.Run(async () =>
            {
                try
                {
                    await loop.RunAsync(disposeRunner: false).ConfigureAwait(false);
                }
                catch
                {
                    // If one loop fails, all loops end, so that Lambda replaces the environment.
                    Stop();
                    throw;
                }
            });
        }

        try
        {
            await Task.WhenAll(loops).ConfigureAwait(false);
        }
        finally
        {
            Dispose();
        }
    }

    private PollingLoop CreateLoop(int index) => new(
        this,
        _clients[index],
        _processor,
        new InvocationDeadline(_time, _deadlineMargin),
        RuntimeApiRequests.HeadRoom(_endpoint),
        isOnlyLoop: _clients.Length == 1);

    private void Stop()
    {
        foreach (RuntimeApiClient client in _clients)
        {
            client.Stop();
        }
    }
}

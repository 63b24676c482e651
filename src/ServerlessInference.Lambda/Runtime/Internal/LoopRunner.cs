using System.Runtime.InteropServices;

namespace ServerlessInference.Lambda;

/// <summary>Runs as many polling loops as invocations may run at a time, and stops them together.</summary>
internal sealed class LoopRunner : IAsyncDisposable
{
    private readonly RuntimeApiEndpoint _endpoint;
    private readonly RuntimeApiClient[] _clients;
    private int _answered;
    private PosixSignalRegistration? _termination;

    public LoopRunner(RuntimeApiEndpoint endpoint, int loops, TimeProvider time)
    {
        _endpoint = endpoint;
        _clients = new RuntimeApiClient[loops];
        for (int i = 0; i < loops; i++)
        {
            _clients[i] = new RuntimeApiClient(endpoint, blocking: loops == 1, time);
        }
    }

    public Task ConnectFirstAsync() => _clients[0].ConnectAsync().AsTask();

    public async Task FailInitializationAsync(FunctionError error)
    {
        using var invocation = new Invocation(RuntimeApiClient.HeadRoom(_endpoint));
        ErrorJson.Write(invocation, error);
        await _clients[0].FailInitializationAsync(error.Type, invocation.Response).ConfigureAwait(false);
    }

    public async Task RunAsync(Func<RuntimeApiClient, PollingLoop> create)
    {
        var loops = new Task[_clients.Length];
        for (int i = 0; i < loops.Length; i++)
        {
            loops[i] = RunOneAsync(create(_clients[i]));
        }

        await Task.WhenAll(loops).ConfigureAwait(false);
    }

    public void Stop()
    {
        foreach (RuntimeApiClient client in _clients)
        {
            client.Stop();
        }
    }

    /// <summary>Hears of every answer; after the first there is time to listen for Lambda's signal to end.</summary>
    public void Answered()
    {
        if (Volatile.Read(ref _answered) == 0 && Interlocked.Exchange(ref _answered, 1) == 0)
        {
            _termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
            {
                // The process ends when what is being answered is finished.
                signal.Cancel = true;
                Stop();
            });
        }
    }

    public ValueTask DisposeAsync()
    {
        _termination?.Dispose();
        foreach (RuntimeApiClient client in _clients)
        {
            client.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private async Task RunOneAsync(PollingLoop loop)
    {
        using (loop)
        {
            try
            {
                // A loop that blocks gets a thread of its own; loops that wait asynchronously share the pool.
                await Task.Factory.StartNew(
                    loop.RunAsync,
                    CancellationToken.None,
                    _clients.Length == 1 ? TaskCreationOptions.LongRunning : TaskCreationOptions.DenyChildAttach,
                    TaskScheduler.Default).Unwrap().ConfigureAwait(false);
            }
            catch
            {
                // One that cannot go on takes the others with it, so that Lambda starts a new environment.
                Stop();
                throw;
            }
        }
    }
}

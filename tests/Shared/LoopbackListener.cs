using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ServerlessInference.Tests.Shared;

/// <summary>Accepts connections on a free port of the loopback interface and serves each on a task of its own. Compiled into every test project.</summary>
internal sealed class LoopbackListener : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;
    private int _accepted;

    /// <summary>Starts to listen.</summary>
    /// <param name="serve">Serves a connection, which is its own to close, given its number from 1. Its token fires when the listener stops.</param>
    public LoopbackListener(Func<Socket, int, CancellationToken, Task> serve)
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync(serve);
    }

    public int Port { get; }

    /// <summary>Gets how many connections there were.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_connections).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync(Func<Socket, int, CancellationToken, Task> serve)
    {
        while (true)
        {
            Socket client = await _listener.AcceptSocketAsync(_stop.Token);
            int number = Interlocked.Increment(ref _accepted);
            _connections.Add(Task.Run(() => serve(client, number, _stop.Token)));
        }
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ServerlessInference.Tests.Shared;

/// <summary>Accepts connections on a free port of the loopback interface, and serves each. Compiled into every test project.</summary>
/// <remarks>
/// It runs on its own threads. Other tests may keep the thread pool of the test process busy, and a server that waits for that pool looks
/// stalled to a client in another process.
/// </remarks>
internal sealed class LoopbackListener : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<Socket> _clients = [];
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;
    private int _deaf;

    /// <summary>Starts to listen.</summary>
    /// <param name="serve">
    /// Serves a connection, whose number counts from 1. Until its first await it runs on its own thread. When the listener stops, the token
    /// is cancelled and the connection is closed.
    /// </param>
    public LoopbackListener(Func<Socket, int, CancellationToken, Task> serve)
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = StartThread(() => Accept(serve));
    }

    public int Port { get; }

    /// <summary>Gets how many connections there were.</summary>
    public int Accepted => _clients.Count;

    /// <summary>Runs work on a thread of its own.</summary>
    public static Task StartThread(Action work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Closes every connection there is.</summary>
    /// <param name="reset">Whether with a reset rather than as usual.</param>
    public void Drop(bool reset)
    {
        foreach (Socket client in _clients.Where(client => client.Connected))
        {
            client.LingerState = new LingerOption(reset, 0);
            client.Close();
        }
    }

    /// <summary>
    /// Keeps all connections open but lets no more data pass, as if the network had forgotten them.
    /// </summary>
    public void Deafen() => _deaf = Accepted;

    /// <summary>Waits until the listener stops, where a connection was forgotten.</summary>
    public void WaitWhereDeaf(int number)
    {
        if (number <= _deaf)
        {
            _stop.Token.WaitHandle.WaitOne();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (Socket client in _clients)
        {
            client.Close();
        }

        await Task.WhenAll(_connections).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private void Accept(Func<Socket, int, CancellationToken, Task> serve)
    {
        while (true)
        {
            Socket client = _listener.AcceptSocket();
            _clients.Enqueue(client);
            int number = _clients.Count;
            _connections.Add(
                Task.Factory.StartNew(
                    () => serve(client, number, _stop.Token),
                    CancellationToken.None,
                    TaskCreationOptions.LongRunning,
                    TaskScheduler.Default).Unwrap());
        }
    }
}

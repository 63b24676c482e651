using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ServerlessInference.S3.Tests;

/// <summary>Stands between the library and the server and does to connections what networks do.</summary>
/// <remarks>It passes bytes on as they are, so signatures survive. The plan gives, for the n-th connection (from 1), the fault and after how many bytes of answers it strikes.</remarks>
internal sealed class FaultProxy : IAsyncDisposable
{
    private const long FlipEvery = 400_000;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly ConcurrentBag<Socket> _clients = [];
    private readonly Uri _target;
    private readonly Func<int, (FaultKind Kind, long After)> _plan;
    private readonly Task _accepting;
    private int _accepted;
    private int _deaf;

    public FaultProxy(Uri target, Func<int, (FaultKind Kind, long After)> plan)
    {
        _target = target;
        _plan = plan;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Endpoint => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public int Accepted => _accepted;

    /// <summary>Closes every connection there is, with a reset or as usual.</summary>
    public void Drop(bool reset)
    {
        foreach (Socket client in _clients.Where(client => client.Connected))
        {
            client.LingerState = new LingerOption(reset, 0);
            client.Close();
        }
    }

    /// <summary>Leaves every connection there is open, and passes nothing more on, as if the network had forgotten them.</summary>
    public void Deafen() => _deaf = _accepted;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_connections).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client = await _listener.AcceptSocketAsync(_stop.Token);
            int number = Interlocked.Increment(ref _accepted);
            _clients.Add(client);
            _connections.Add(Task.Run(() => ServeAsync(client, number, _plan(number))));
        }
    }

    private async Task ServeAsync(Socket client, int number, (FaultKind Kind, long After) fault)
    {
        using (client)
        {
            if (fault.Kind == FaultKind.Unavailable)
            {
                byte[] request = new byte[64 * 1024];
                await client.ReceiveAsync(request, _stop.Token);
                await client.SendAsync("HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), _stop.Token);
                return;
            }

            using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await server.ConnectAsync(_target.Host, _target.Port, _stop.Token);
            Task up = PumpAsync(client, server, number, (FaultKind.None, 0));
            await PumpAsync(server, client, number, fault);
            server.Close();
            client.Close();
            await up.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PumpAsync(Socket from, Socket to, int number, (FaultKind Kind, long After) fault)
    {
        byte[] buffer = new byte[32 * 1024];
        long passed = 0;
        while (true)
        {
            int read = await from.ReceiveAsync(buffer, _stop.Token);
            if (read == 0)
            {
                return;
            }

            if (number <= _deaf)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, _stop.Token);
            }

            bool strikes = fault.Kind != FaultKind.None && passed + read > fault.After;
            if (strikes && fault.Kind is (FaultKind.FlipBit or FaultKind.FlipBits))
            {
                buffer[(int)(fault.After - passed)] ^= 1;
                fault = fault.Kind == FaultKind.FlipBits ? (fault.Kind, fault.After + FlipEvery) : (FaultKind.None, 0);
                strikes = false;
            }

            int count = strikes ? (int)Math.Max(0, fault.After - passed) : read;
            await to.SendAsync(buffer.AsMemory(0, count), _stop.Token);
            passed += count;
            if (strikes)
            {
                if (fault.Kind == FaultKind.Stall)
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, _stop.Token);
                }

                if (fault.Kind == FaultKind.Reset)
                {
                    to.LingerState = new LingerOption(true, 0);
                }

                return;
            }
        }
    }
}

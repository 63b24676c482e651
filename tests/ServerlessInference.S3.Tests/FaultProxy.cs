using System.Net.Sockets;

namespace ServerlessInference.S3.Tests;

/// <summary>Stands between the library and the server and does to connections what networks do.</summary>
/// <remarks>It passes bytes on as they are, so signatures survive. The plan gives, for the n-th connection (from 1), the fault and after how many bytes of answers it strikes.</remarks>
internal sealed class FaultProxy : IAsyncDisposable
{
    private const long FlipEvery = 400_000;

    private readonly LoopbackListener _listener;
    private readonly Uri _target;

    public FaultProxy(Uri target, Func<int, (FaultKind Kind, long After)> plan)
    {
        _target = target;
        _listener = new LoopbackListener((client, number, stop) => ServeAsync(client, plan(number), stop));
    }

    public string Endpoint => $"http://127.0.0.1:{_listener.Port}";

    public int Accepted => _listener.Accepted;

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private async Task ServeAsync(Socket client, (FaultKind Kind, long After) fault, CancellationToken stop)
    {
        using (client)
        {
            if (fault.Kind == FaultKind.Unavailable)
            {
                byte[] request = new byte[64 * 1024];
                await client.ReceiveAsync(request, stop);
                await client.SendAsync("HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), stop);
                return;
            }

            using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await server.ConnectAsync(_target.Host, _target.Port, stop);
            Task up = PumpAsync(client, server, (FaultKind.None, 0), stop);
            await PumpAsync(server, client, fault, stop);
            server.Close();
            client.Close();
            await up.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PumpAsync(Socket from, Socket to, (FaultKind Kind, long After) fault, CancellationToken stop)
    {
        byte[] buffer = new byte[32 * 1024];
        long passed = 0;
        while (true)
        {
            int read = await from.ReceiveAsync(buffer, stop);
            if (read == 0)
            {
                return;
            }

            bool strikes = fault.Kind != FaultKind.None && passed + read > fault.After;
            if (strikes && fault.Kind is (FaultKind.FlipBit or FaultKind.FlipBits))
            {
                buffer[(int)(fault.After - passed)] ^= 1;
                fault = fault.Kind == FaultKind.FlipBits ? (fault.Kind, fault.After + FlipEvery) : (FaultKind.None, 0);
                strikes = false;
            }

            int count = strikes ? (int)Math.Max(0, fault.After - passed) : read;
            await to.SendAsync(buffer.AsMemory(0, count), stop);
            passed += count;
            if (strikes)
            {
                if (fault.Kind == FaultKind.Stall)
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, stop);
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

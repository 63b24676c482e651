using System.Net.Sockets;

namespace ServerlessInference.S3.Tests;

/// <summary>A proxy between the library and the server that damages connections as networks do.</summary>
/// <remarks>
/// It passes on bytes unchanged, so signatures stay valid. The plan gives, for the n-th connection (from 1), the fault and after how many
/// bytes of answers it occurs.
/// </remarks>
internal sealed class FaultProxy : IAsyncDisposable
{
    private const long FlipEvery = 400_000;

    private readonly Uri _target;
    private readonly LoopbackListener _listener;
    private readonly TaskCompletionSource _stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public FaultProxy(Uri target, Func<int, (FaultKind Kind, long After)> plan)
    {
        _target = target;
        _listener = new LoopbackListener((client, number, stop) => ServeAsync(client, number, plan(number), stop));
    }

    public string Endpoint => $"http://127.0.0.1:{_listener.Port}";

    public int Accepted => _listener.Accepted;

    /// <summary>Gets what completes when the first connection stalls.</summary>
    public Task Stalled => _stalled.Task;

    /// <inheritdoc cref="LoopbackListener.Drop"/>
    public void Drop(bool reset) => _listener.Drop(reset);

    /// <inheritdoc cref="LoopbackListener.Deafen"/>
    public void Deafen() => _listener.Deafen();

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private async Task ServeAsync(Socket client, int number, (FaultKind Kind, long After) fault, CancellationToken stop)
    {
        using (client)
        {
            if (fault.Kind == FaultKind.Unavailable)
            {
                client.Receive(new byte[64 * 1024]);
                client.Send("HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8);
                return;
            }

            using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
            server.Connect(_target.Host, _target.Port);
            Task up = LoopbackListener.StartThread(() => Pump(client, server, number, (FaultKind.None, 0), stop));
            Pump(server, client, number, fault, stop);
            await up;
        }
    }

    // Whichever direction ends first closes both connections, which ends the other.
    private void Pump(Socket from, Socket to, int number, (FaultKind Kind, long After) fault, CancellationToken stop)
    {
        try
        {
            Pass(from, to, number, fault, stop);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Either end has closed the connection.
        }

        from.Close();
        to.Close();
    }

    private void Pass(Socket from, Socket to, int number, (FaultKind Kind, long After) fault, CancellationToken stop)
    {
        byte[] buffer = new byte[32 * 1024];
        long passed = 0;
        while (from.Receive(buffer) is var read and > 0)
        {
            _listener.WaitWhereDeaf(number);
            bool strikes = fault.Kind != FaultKind.None && passed + read > fault.After;
            if (strikes && fault.Kind is (FaultKind.FlipBit or FaultKind.FlipBits))
            {
                buffer[(int)(fault.After - passed)] ^= 1;
                fault = fault.Kind == FaultKind.FlipBits ? (fault.Kind, fault.After + FlipEvery) : (FaultKind.None, 0);
                strikes = false;
            }

            int count = strikes ? (int)Math.Max(0, fault.After - passed) : read;
            to.Send(buffer.AsSpan(0, count));
            passed += count;
            if (strikes)
            {
                if (fault.Kind == FaultKind.Stall)
                {
                    _stalled.TrySetResult();
                    stop.WaitHandle.WaitOne();
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

using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using ServerlessInference.Tool.LocalRuntime.Http;

namespace ServerlessInference.Tool.Tests.LocalRuntime.Http;

public sealed class LocalHttpServerTests
{
    private const int Limit = 60_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = Limit)]
    public async Task Connection_IdleBetweenRequests_StaysOpen()
    {
        await using var server = await LocalHttpServer.StartAsync(0, _ => Task.CompletedTask, Cancellation);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, server.Port, Cancellation);
        await socket.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), Cancellation);
        var buffer = new byte[4096];
        Assert.NotEqual(0, await socket.ReceiveAsync(buffer, Cancellation));

        // Kestrel looks for overdue connections once per second: after two rounds, the connection must still be open.
        using var twoRounds = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        twoRounds.CancelAfter(TimeSpan.FromSeconds(2.5));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => socket.ReceiveAsync(buffer, twoRounds.Token).AsTask());
    }

    [Fact(Timeout = Limit)]
    public async Task Start_PortInUse_ThrowsIOException()
    {
        await using var server = await LocalHttpServer.StartAsync(0, _ => Task.CompletedTask, Cancellation);

        await Assert.ThrowsAsync<IOException>(() => LocalHttpServer.StartAsync(server.Port, _ => Task.CompletedTask, Cancellation));
    }

    [Fact(Timeout = Limit)]
    public async Task Dispose_RequestInProgress_DoesNotWaitForIt()
    {
        var entered = new TaskCompletionSource();
        var server = await LocalHttpServer.StartAsync(0, HangAsync, Cancellation);
        using var client = new HttpClient();
        var request = client.GetAsync($"http://127.0.0.1:{server.Port}/", Cancellation);
        await entered.Task;

        await server.DisposeAsync();

        await Assert.ThrowsAsync<HttpRequestException>(() => request);

        Task HangAsync(HttpContext context)
        {
            entered.SetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        }
    }
}

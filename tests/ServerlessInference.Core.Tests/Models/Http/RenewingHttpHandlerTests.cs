using ServerlessInference.Models.Http;
using ServerlessInference.Models.Transfer;

namespace ServerlessInference.Tests.Models.Http;

/// <summary>
/// Tests with pooled connections whose other end is gone, as after a function has been frozen or restored from a snapshot.
/// </summary>
public sealed class RenewingHttpHandlerTests
{
    /// <summary>Less than the idle timeout, which a request over a dead connection would take.</summary>
    private static readonly TimeSpan Timely = TimeSpan.FromSeconds(8);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GetVersionAsync_ServerClosedConnection_UsesAnother(bool reset)
    {
        await using FileServer server = StartServer();
        RemoteModelSource source = Source(server, TimeProvider.System);
        string version = await source.GetVersionAsync(Token);

        for (int i = 2; i < 6; i++)
        {
            server.Drop(reset);
            Assert.Equal(version, await source.GetVersionAsync(Token).AsTask().WaitAsync(Timely, Token));
            Assert.Equal(i, server.Connections);
        }
    }

    [Fact]
    public async Task GetVersionAsync_ConnectionDiedDuringLongPause_UsesAnotherAtOnce()
    {
        await using FileServer server = StartServer();
        var time = new FakeTimeProvider();
        RemoteModelSource source = Source(server, time);
        string version = await source.GetVersionAsync(Token);
        server.Deafen();

        time.Advance(TimeSpan.FromHours(5));

        Assert.Equal(version, await source.GetVersionAsync(Token).AsTask().WaitAsync(Timely, Token));
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task GetVersionAsync_ShortPause_KeepsTheConnection()
    {
        await using FileServer server = StartServer();
        var time = new FakeTimeProvider();
        RemoteModelSource source = Source(server, time);
        for (int i = 0; i < 5; i++)
        {
            await source.GetVersionAsync(Token);
            time.Advance(TimeSpan.FromSeconds(20));
        }

        Assert.Equal(1, server.Connections);
    }

    private static FileServer StartServer()
    {
        var server = new FileServer();
        server.Files["model.onnx"] = ([1, 2, 3], "\"1\"");
        return server;
    }

    private static RemoteModelSource Source(FileServer server, TimeProvider time) =>
        new(new HttpModel(new Uri(server.Address("model.onnx")), time), new RemoteModelOptions(), timeProvider: time);
}

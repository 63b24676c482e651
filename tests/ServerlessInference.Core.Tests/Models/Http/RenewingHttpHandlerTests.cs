using ServerlessInference.Models.Http;
using ServerlessInference.Models.Transfer;

namespace ServerlessInference.Tests.Models.Http;

/// <summary>What becomes of kept connections whose other end is gone, as after a function was frozen or woken up as a copy.</summary>
public sealed class RenewingHttpHandlerTests
{
    /// <summary>Far less than the idle timeout of an attempt that would wait for a dead connection.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(8);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GetVersionAsync_ServerClosedTheConnection_AsksOverAnother(bool reset)
    {
        await using FileServer server = Serving();
        RemoteModelSource source = Source(server, TimeProvider.System);
        string version = await source.GetVersionAsync(TestContext.Current.CancellationToken);

        for (int i = 2; i < 6; i++)
        {
            server.Drop(reset);
            Assert.Equal(version, await source.GetVersionAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Soon, TestContext.Current.CancellationToken));
            Assert.Equal(i, server.Connections);
        }
    }

    [Fact]
    public async Task GetVersionAsync_ConnectionIsForgottenWhileTheFunctionSlept_AsksOverAnotherAtOnce()
    {
        await using FileServer server = Serving();
        var time = new FakeTimeProvider();
        RemoteModelSource source = Source(server, time);
        string version = await source.GetVersionAsync(TestContext.Current.CancellationToken);
        server.Deafen();

        time.Advance(TimeSpan.FromHours(5));

        Assert.Equal(version, await source.GetVersionAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Soon, TestContext.Current.CancellationToken));
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task GetVersionAsync_ShortPause_KeepsTheConnection()
    {
        await using FileServer server = Serving();
        var time = new FakeTimeProvider();
        RemoteModelSource source = Source(server, time);
        for (int i = 0; i < 5; i++)
        {
            await source.GetVersionAsync(TestContext.Current.CancellationToken);
            time.Advance(TimeSpan.FromSeconds(20));
        }

        Assert.Equal(1, server.Connections);
    }

    private static FileServer Serving()
    {
        var server = new FileServer();
        server.Files["model.onnx"] = ([1, 2, 3], "\"1\"");
        return server;
    }

    private static RemoteModelSource Source(FileServer server, TimeProvider time) =>
        new(new HttpModel(new Uri(server.Address("model.onnx")), time), new RemoteModelOptions(), timeProvider: time);
}

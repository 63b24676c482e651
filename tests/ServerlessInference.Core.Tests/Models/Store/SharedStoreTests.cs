using System.Security.Cryptography;
using ServerlessInference.Tests.Models.Archives;
using ServerlessInference.Tests.Models.Transfer;

namespace ServerlessInference.Tests.Models.Store;

/// <summary>Several processes load the same model at the same time.</summary>
public sealed class SharedStoreTests
{
    private const int Processes = 4;

    [Theory]
    [InlineData("model.onnx", false)]
    [InlineData("model.tar.gz", false)]
    [InlineData("model.tar.gz", true)]
    public async Task Load_SeveralProcesses_OneDownloadsAndAllHaveTheModel(string name, bool disableRuntimeLocks)
    {
        byte[] content = TemporaryStore.Bytes((4 * 1024 * 1024) + 9, 6);
        using var store = new TemporaryStore();
        await using var server = new FileServer();
        server.Sending = (_, stop) =>
        {
            // The server sends no body before all processes have requested it, so the first cannot finish before the last has started.
            while (CountRequests() < Processes && !stop.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(5)))
            {
                // Polling, because nothing signals that another process has started.
            }
        };
        server.Files[name] = (name == "model.onnx" ? content : ArchiveBuilder.Gzip(ArchiveBuilder.Tar(("model.onnx", content))), "\"1\"");

        (string Output, string Error)[] ended = await Task.WhenAll(Enumerable.Range(0, Processes).Select(_ => StoreProcess.RunAsync(
            [server.Address(name), store.Options.Root], ("DOTNET_SYSTEM_IO_DISABLEFILELOCKING", disableRuntimeLocks ? "1" : "0"))));

        string digest = Convert.ToHexStringLower(SHA256.HashData(content));
        Assert.All(ended, process =>
            Assert.True(process.Output == digest && process.Error.Length == 0, process.Output + process.Error));
        string[] bodies = [.. server.Requests.Where(request => request.StartsWith("GET", StringComparison.Ordinal))];
        Assert.NotEmpty(bodies);
        Assert.Distinct(bodies);
        Assert.Single(store.Published);
        Assert.Empty(store.Staged);

        int CountRequests() => server.Requests.Count(request => request.StartsWith("HEAD", StringComparison.Ordinal));
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using ServerlessInference.Tests.Models.Archives;
using ServerlessInference.Tests.Models.Transfer;

namespace ServerlessInference.Tests.Models.Store;

/// <summary>Processes that load a model are killed at random moments. SERVERLESS_INFERENCE_KILLS sets how many; the default is 50.</summary>
public sealed class KillTests
{
    private static readonly byte[] Content = TemporaryStore.Bytes((8 * 1024 * 1024) + 21, 8);
    private static readonly string Expected = Convert.ToHexStringLower(SHA256.HashData(Content));

    /// <summary>As many for each of the three names.</summary>
    private static readonly int Kills = (int.Parse(Environment.GetEnvironmentVariable("SERVERLESS_INFERENCE_KILLS") ?? "50", CultureInfo.InvariantCulture) + 2) / 3;

    /// <summary>How many of a load's changes count as its last ones.</summary>
    private const int LastChanges = 12;

    [Theory]
    [InlineData("model.onnx")]
    [InlineData("model.tar.gz")]
    [InlineData("model.zip")]
    public async Task Load_KilledAtRandomMoments_TheNextEndsWithTheWholeModel(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGKILL");
        using var store = new TemporaryStore();
        await using var server = new FileServer();
        using var transfer = new TransferGate(server);
        byte[] served = name switch
        {
            "model.onnx" => Content,
            "model.zip" => ArchiveBuilder.Zip(("labels.txt", [65]), ("model.onnx", Content)),
            _ => ArchiveBuilder.Gzip(ArchiveBuilder.Tar(("labels.txt", [65]), ("model.onnx", Content))),
        };
        int version = 0, killed = 0, fetching = 0;
        server.Files[name] = (served, "\"0\"");
        var random = new Random(42);
        await FinishAsync(server.Address(name), store);
        using var changes = new StoreChanges(store.Options.Root);
        server.Files[name] = (served, $"\"{++version}\"");
        await FinishAsync(server.Address(name), store);
        int usual = changes.Seen;
        await using var visible = new PublishedModels(store, Expected);

        while (killed < Kills)
        {
            // Another version, whose first one to four processes are killed.
            server.Files[name] = (served, $"\"{++version}\"");
            for (int i = random.Next(1, 5); i > 0 && killed < Kills && store.Published.Length <= version; i--)
            {
                // In the middle of the transfer, at any change that a load makes to the store, or at one of the last ones: most changes are
                // written bytes, and publishing would hardly ever be hit.
                Task moment = random.Next(3) switch
                {
                    0 => transfer.CloseAfter(random.Next(served.Length)),
                    1 => changes.CountTo(random.Next(1, usual + 1)),
                    _ => changes.CountTo(random.Next(Math.Max(1, usual - LastChanges), usual + 1)),
                };
                using Process process = StoreProcess.Start(server.Address(name), store.Options.Root);
                await Task.WhenAny(moment, process.WaitForExitAsync(TestContext.Current.CancellationToken));
                killed += process.HasExited ? 0 : 1;
                process.Kill();
                await process.WaitForExitAsync(TestContext.Current.CancellationToken);
                transfer.Open();
                visible.AssertWhole();
                Assert.True(store.Staged.Length <= 1, $"{store.Staged.Length} staging folders piled up");
                fetching += store.Staged.Length;
            }

            await FinishAsync(server.Address(name), store);
            visible.AssertWhole();
            Assert.Empty(store.Staged);
        }

        Assert.True(fetching > 0, $"Of {killed} processes none was killed while it fetched: the moments are badly chosen.");
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{killed} killed, {fetching} of them while they fetched; {version} models ended whole; a load changes the store {usual} times");
    }

    /// <summary>Runs a process to its end, with the right model.</summary>
    private static async Task FinishAsync(string uri, TemporaryStore store)
    {
        (string output, string error) = await StoreProcess.RunAsync([uri, store.Options.Root]);
        Assert.True(output == Expected && error.Length == 0, $"{uri} ended with '{output}':\n{error}");
    }
}

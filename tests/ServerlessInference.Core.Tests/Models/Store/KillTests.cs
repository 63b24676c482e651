using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using ServerlessInference.Tests.Models.Archives;
using ServerlessInference.Tests.Models.Transfer;

namespace ServerlessInference.Tests.Models.Store;

/// <summary>Kills processes at random moments while they load a model.</summary>
/// <remarks>The environment variable SERVERLESS_INFERENCE_KILLS sets how many are killed; the default is 50.</remarks>
public sealed class KillTests
{
    private static readonly byte[] Content = TemporaryStore.Bytes((8 * 1024 * 1024) + 21, 8);
    private static readonly string Expected = Convert.ToHexStringLower(SHA256.HashData(Content));

    /// <summary>The number of kills for each of the three names.</summary>
    private static readonly int Kills =
        (int.Parse(Environment.GetEnvironmentVariable("SERVERLESS_INFERENCE_KILLS") ?? "50", CultureInfo.InvariantCulture) + 2) / 3;

    /// <summary>How many changes at the end of a load count as its last ones.</summary>
    private const int LastChanges = 12;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("model.onnx")]
    [InlineData("model.tar.gz")]
    [InlineData("model.zip")]
    public async Task Load_KilledAtRandomMoments_NextProcessLoadsTheCompleteModel(string name)
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
        int version = 0, killed = 0, downloading = 0;
        server.Files[name] = (served, "\"0\"");
        var random = new Random(42);
        await FinishAsync(server.Address(name), store);
        using var changes = new StoreChanges(store.Options.Root);
        server.Files[name] = (served, $"\"{++version}\"");
        await FinishAsync(server.Address(name), store);
        int changesPerLoad = changes.Seen;
        await using var visible = new PublishedModels(store, Expected);

        while (killed < Kills)
        {
            // A new version: the first one to four processes that load it are killed.
            server.Files[name] = (served, $"\"{++version}\"");
            for (int i = random.Next(1, 5); i > 0 && killed < Kills && store.Published.Length <= version; i--)
            {
                // The process is killed in the middle of the transfer, at any change that it makes to the store, or at one of the last
                // changes. The latter is needed because most changes are written bytes, so publishing would hardly ever be hit otherwise.
                Task moment = random.Next(3) switch
                {
                    0 => transfer.CloseAfter(random.Next(served.Length)),
                    1 => changes.CountTo(random.Next(1, changesPerLoad + 1)),
                    _ => changes.CountTo(random.Next(Math.Max(1, changesPerLoad - LastChanges), changesPerLoad + 1)),
                };
                using Process process = StoreProcess.Start(server.Address(name), store.Options.Root);
                await Task.WhenAny(moment, process.WaitForExitAsync(Token));
                killed += process.HasExited ? 0 : 1;
                process.Kill();
                await process.WaitForExitAsync(Token);
                transfer.Open();
                visible.AssertComplete();
                Assert.True(store.Staged.Length <= 1, $"{store.Staged.Length} staging folders piled up");
                downloading += store.Staged.Length;
            }

            await FinishAsync(server.Address(name), store);
            visible.AssertComplete();
            Assert.Empty(store.Staged);
        }

        Assert.True(downloading > 0, $"None of {killed} processes was killed while it downloaded, so the moments are badly chosen.");
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{killed} killed, {downloading} of them while they downloaded; {version} models are complete; a load changes the store " +
            $"{changesPerLoad} times");
    }

    /// <summary>Runs a process to its end, and checks that it has loaded the right model.</summary>
    private static async Task FinishAsync(string uri, TemporaryStore store)
    {
        (string output, string error) = await StoreProcess.RunAsync([uri, store.Options.Root]);
        Assert.True(output == Expected && error.Length == 0, $"{uri} ended with '{output}':\n{error}");
    }
}

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

    [Theory]
    [InlineData("model.onnx")]
    [InlineData("model.tar.gz")]
    [InlineData("model.zip")]
    public async Task Load_KilledAtRandomMoments_TheNextEndsWithTheWholeModel(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGKILL");
        using var store = new TemporaryStore();
        await using var server = new FileServer { Pause = TimeSpan.FromMilliseconds(1) };
        byte[] served = name switch
        {
            "model.onnx" => Content,
            "model.zip" => ArchiveBuilder.Zip(("labels.txt", [65]), ("model.onnx", Content)),
            _ => ArchiveBuilder.Gzip(ArchiveBuilder.Tar(("labels.txt", [65]), ("model.onnx", Content))),
        };
        int version = 0, killed = 0, fetching = 0;
        server.Files[name] = (served, "\"0\"");
        var random = new Random(42);
        double usual = await FinishAsync(server.Address(name), store);
        await using var visible = new PublishedModels(store, Expected);

        while (killed < Kills)
        {
            // Another version, whose first one to four processes are killed.
            server.Files[name] = (served, $"\"{++version}\"");
            for (int i = random.Next(1, 5); i > 0 && killed < Kills && store.Published.Length <= version; i--)
            {
                using Process process = StoreProcess.Start(server.Address(name), store.Options.Root);
                await WaitAsync(process, server, usual, random);
                killed += process.HasExited ? 0 : 1;
                process.Kill();
                await process.WaitForExitAsync(TestContext.Current.CancellationToken);
                visible.AssertWhole();
                Assert.True(store.Staged.Length <= 1, $"{store.Staged.Length} staging folders piled up");
                fetching += store.Staged.Length;
            }

            // The machine may have become faster or slower.
            usual = (usual + await FinishAsync(server.Address(name), store)) / 2;
            visible.AssertWhole();
            Assert.Empty(store.Staged);
        }

        Assert.True(fetching > 0, $"Of {killed} processes none was killed while it fetched: the moments are badly chosen.");
        TestContext.Current.TestOutputHelper?.WriteLine($"{killed} killed, {fetching} of them while they fetched; {version} models ended whole");
    }

    /// <summary>Waits for a moment of a process's life, every second time one after its first request: on a slow machine the runtime's start is most of that life.</summary>
    private static async Task WaitAsync(Process process, FileServer server, double usual, Random random)
    {
        int asked = server.Requests.Count;
        bool whileItFetches = random.Next(2) == 0;
        while (whileItFetches && server.Requests.Count == asked && !process.HasExited)
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        double part = whileItFetches ? 0.5 * random.NextDouble() : 0.3 + (0.7 * random.NextDouble());
        await Task.Delay((int)(usual * part), TestContext.Current.CancellationToken);
    }

    /// <summary>Runs a process to its end, with the right model.</summary>
    /// <returns>How long it took, milliseconds.</returns>
    private static async Task<double> FinishAsync(string uri, TemporaryStore store)
    {
        var clock = Stopwatch.StartNew();
        (string output, string error) = await StoreProcess.RunAsync([uri, store.Options.Root]);
        Assert.True(output == Expected && error.Length == 0, $"{uri} ended with '{output}':\n{error}");
        return clock.Elapsed.TotalMilliseconds;
    }
}

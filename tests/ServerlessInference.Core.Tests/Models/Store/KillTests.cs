using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using ServerlessInference.Tests.Models.Archives;
using ServerlessInference.Tests.Models.Http;
using ServerlessInference.Tests.Models.Transfer;

namespace ServerlessInference.Tests.Models.Store;

/// <summary>Processes that load a model are killed at random moments. SERVERLESS_INFERENCE_KILLS sets how many; the default is 50.</summary>
public sealed class KillTests
{
    private static readonly byte[] Content = TemporaryStore.Bytes((8 * 1024 * 1024) + 21, 8);
    private static readonly string Expected = Convert.ToHexStringLower(SHA256.HashData(Content));
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("SERVERLESS_INFERENCE_KILLS") ?? "50", CultureInfo.InvariantCulture);

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
        var clock = Stopwatch.StartNew();
        Assert.Equal(Expected, await FinishAsync(server.Address(name), store));
        long usual = clock.ElapsedMilliseconds;
        await using var visible = new PublishedModels(store, Expected);

        while (killed < Kills / 3)
        {
            // Another version, whose first one to four processes are killed.
            server.Files[name] = (served, $"\"{++version}\"");
            for (int i = random.Next(1, 5); i > 0 && killed < Kills / 3; i--)
            {
                using Process process = StoreProcess.Start(server.Address(name), store.Options.Root);
                await Task.Delay((int)(usual * (0.3 + (0.7 * random.NextDouble()))), TestContext.Current.CancellationToken);
                killed += process.HasExited ? 0 : 1;
                process.Kill();
                await process.WaitForExitAsync(TestContext.Current.CancellationToken);
                visible.AssertWhole();
                Assert.True(store.Staged.Length <= 1, $"{store.Staged.Length} staging folders piled up");
                fetching += store.Staged.Length;
            }

            Assert.Equal(Expected, await FinishAsync(server.Address(name), store));
            visible.AssertWhole();
            Assert.Empty(store.Staged);
        }

        Assert.True(fetching > 0, $"Of {killed} processes none was killed while it fetched: the moments are badly chosen.");
        TestContext.Current.TestOutputHelper?.WriteLine($"{killed} killed, {fetching} of them while they fetched; {version} models ended whole");
    }

    private static async Task<string> FinishAsync(string uri, TemporaryStore store) => (await StoreProcess.RunAsync([uri, store.Options.Root])).Output;
}

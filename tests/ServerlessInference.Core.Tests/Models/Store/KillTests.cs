using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
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
    public async Task Load_KilledAtRandomMoments_LeavesNothingOrTheWholeModel(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGKILL");
        using var store = new TemporaryStore();
        await using var server = new FileServer { Pause = TimeSpan.FromMilliseconds(1) };
        byte[] served = name == "model.onnx" ? Content : ArchiveBuilder.Gzip(ArchiveBuilder.Tar(("model.onnx", Content)));
        int version = 0, killed = 0, resumed = 0;
        server.Files[name] = (served, "\"0\"");
        var random = new Random(42);
        var clock = Stopwatch.StartNew();
        Assert.Equal(Expected, await FinishAsync(server.Address(name), store));
        long usual = clock.ElapsedMilliseconds;

        for (int i = 0; i < Kills / 2; i++)
        {
            if (store.Published.Length > version)
            {
                version++; // it was published before the signal came: the next round fetches another version
                server.Files[name] = (served, $"\"{version}\"");
            }

            using Process process = Start(server.Address(name), store);
            await Task.Delay((int)(usual * (0.3 + (0.7 * random.NextDouble()))), TestContext.Current.CancellationToken);
            killed += process.HasExited ? 0 : 1;
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            AssertOnlyWholeModels(store);
            Assert.True(store.Staged.Length <= 1, $"{store.Staged.Length} staging folders piled up");
            resumed += store.Staged.Length;
        }

        Assert.Equal(Expected, await FinishAsync(server.Address(name), store));
        AssertOnlyWholeModels(store);
        Assert.Empty(store.Staged);
        Assert.True(killed > 0 && resumed > 0, $"Of {Kills / 2} processes {killed} were killed, {resumed} of them while they fetched: the moments are badly chosen.");
    }

    private static void AssertOnlyWholeModels(TemporaryStore store)
    {
        foreach (string folder in store.Published)
        {
            using JsonDocument marker = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "manifest.json")));
            Assert.Equal("model.onnx", marker.RootElement.GetProperty("files")[0].GetProperty("name").GetString());
            Assert.Equal(Expected, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, "files", "model.onnx")))));
        }
    }

    private static async Task<string> FinishAsync(string uri, TemporaryStore store)
    {
        using Process process = Start(uri, store);
        string said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return said.Trim();
    }

    private static Process Start(string uri, TemporaryStore store)
    {
        // artifacts/bin/PROJECT/CONFIGURATION/ is where every program of the repository is built.
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        string program = Path.GetFullPath(Path.Combine(
            AppContext.BaseDirectory, "..", "..", "ServerlessInference.StoreProcess", configuration, "ServerlessInference.StoreProcess"));
        Assert.SkipUnless(File.Exists(program), $"{program} is not built");
        return Process.Start(new ProcessStartInfo(program, [uri, store.Options.Root]) { RedirectStandardOutput = true })!;
    }
}

using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Sessions;

/// <summary>
/// Swaps leave the process as large as it was. A small model here; with SERVERLESS_INFERENCE_SWAP_MODEL naming a model file (ResNet-50 of the
/// benchmarks) 200 swaps of that one. Alone, since the memory measured is that of the whole process.
/// </summary>
[Collection("Alone")]
public sealed class SwapMemoryTests
{
    private const int Settling = 5;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ModelReplacement.Beside)]
    [InlineData(ModelReplacement.AfterRelease)]
    public async Task RefreshAsync_ManySwaps_LeaveTheResidentMemoryWhereItWas(ModelReplacement how)
    {
        Assert.SkipUnless(NativeHeap.CanTrim, "This C library has no malloc_trim.");
        string? model = Environment.GetEnvironmentVariable("SERVERLESS_INFERENCE_SWAP_MODEL");
        int swaps = model is null ? 40 : 200;
        using var folder = new TestFolder();
        string file = model is null ? folder.Write("model.onnx", VersionedSource.Model(1, width: 2_000_000)) : folder.Write("model.onnx", await File.ReadAllBytesAsync(model, Token));
        await using ServiceProvider services = TestModels.Services(
            "m", new FileSystemModelSource(file), builder => builder.Configure(options => options.Replacement = how)).BuildServiceProvider();
        await services.Registry().WarmUpAsync("m", Token);
        // A leak is in every reading; what the rest of the process happens to hold is not in the least of five.
        var readings = new List<long>();
        for (int i = 0; i < swaps + Settling; i++)
        {
            await SwapAsync(services, file, i);
            readings.Add(Resident());
        }

        long start = readings.Take(Settling).Min(), end = readings.TakeLast(Settling).Min(), most = readings.Max();
        TestContext.Current.TestOutputHelper?.WriteLine($"{how}: {swaps} swaps, resident {start / 1e6:0.0} MB before, {end / 1e6:0.0} MB after, {most / 1e6:0.0} MB at most between swaps");
        Assert.True(end <= start * 1.1, $"{swaps} swaps took the resident memory from {start / 1e6:0.0} MB to {end / 1e6:0.0} MB.");
    }

    private static async Task SwapAsync(ServiceProvider services, string file, int number)
    {
        ModelLease lease = await services.Registry().AcquireAsync("m", Token);
        LoadedModel old = lease.Model;
        lease.Dispose();

        // Another time is another version; the day of the test must not matter.
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch.AddDays(10_000 + number));
        Assert.True(await services.Registry().RefreshAsync("m", Token));
        await old.Freed.WaitAsync(Token);
    }

    private static long Resident()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.AsSpan(6, line.Length - 8).Trim(), CultureInfo.InvariantCulture);
    }
}

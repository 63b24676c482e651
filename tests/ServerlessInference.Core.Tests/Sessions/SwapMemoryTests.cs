using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Sessions;

/// <summary>
/// Swaps leave the process as large as it was: a process of its own, since what other tests leave behind moves too. A small model here;
/// with SERVERLESS_INFERENCE_SWAP_MODEL naming a model file (ResNet-50 of the benchmarks) 200 swaps of that one.
/// </summary>
[Collection("Alone")]
public sealed class SwapMemoryTests
{
    /// <summary>So many swaps pass before anything is measured: until then code is compiled, better and better.</summary>
    private const int Compiling = 20;

    private const int Settling = 5;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RefreshAsync_ManySwapsInAProcessOfTheirOwn_Succeed()
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, typeof(SwapMemoryTests).Assembly.GetName().Name!))
        {
            RedirectStandardOutput = true,
            ArgumentList = { "-noLogo", "-noColor", "-explicit", "only", "-showLiveOutput", "-class", typeof(SwapMemoryTests).FullName! },
        };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);

        TestContext.Current.TestOutputHelper?.WriteLine(output);
        Assert.True(process.ExitCode == 0, output);
        Assert.Contains("Skipped: 0, Not Run: 1,", output, StringComparison.Ordinal);
    }

    [Theory(Explicit = true)]
    [InlineData(ModelReplacement.SideBySide)]
    [InlineData(ModelReplacement.UnloadFirst)]
    public async Task RefreshAsync_ManySwaps_LeaveTheResidentMemoryWhereItWas(ModelReplacement how)
    {
        Assert.SkipUnless(NativeHeap.CanTrim, "This C library has no malloc_trim.");
        string? model = Environment.GetEnvironmentVariable("SERVERLESS_INFERENCE_SWAP_MODEL");
        int swaps = model is null ? 40 : 200;
        using var folder = new TestFolder();
        string file = model is null ? folder.Write("model.onnx", TinyModels.Matrix(1_000, 2_000)) : folder.Write(
            "model.onnx", await File.ReadAllBytesAsync(model, Token));
        await using ServiceProvider services = TestModels.Services(
            "m", new FileSystemModelSource(file), builder => builder.Configure(options => options.Replacement = how))
                .BuildServiceProvider();
        await services.Registry().WarmUpAsync("m", Token);
        // A leak is in every reading; what the rest of the process happens to hold is not in the least of five.
        var readings = new List<long>();
        for (int i = 0; i < Compiling + Settling + swaps; i++)
        {
            await SwapAsync(services, file, i);
            if (i >= Compiling)
            {
                readings.Add(Resident());
            }
        }

        long start = readings.Take(Settling).Min(), end = readings.TakeLast(Settling).Min(), most = readings.Max();
        TestContext.Current.TestOutputHelper?.WriteLine($"{how}: {swaps} swaps, resident {start / 1e6:0.0} MB before, {end / 1e6:0.0} MB " +
            $"after, {most / 1e6:0.0} MB at most between swaps");

        // Beside a small model the rest of the process, which moves by itself, counts: two of its 40 sessions are within that.
        long noise = model is null ? 2 * new FileInfo(file).Length : 0;
        Assert.True(end <= (start * 1.1) + noise, $"{swaps} swaps took the resident memory from {start / 1e6:0.0} MB to {end / 1e6:0.0} " +
            "MB.");
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
        return MeasuredMemory.Resident();
    }
}

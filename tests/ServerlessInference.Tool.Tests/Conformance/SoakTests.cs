using System.Globalization;
using System.Text;
using ServerlessInference.Tool.LocalRuntime;

namespace ServerlessInference.Tool.Tests.Conformance;

/// <summary>
/// Whether memory and handles stay flat over many warm invocations. SERVERLESS_INFERENCE_SOAK sets their number,
/// SERVERLESS_INFERENCE_SOAK_REPORT names a file to which the figures are written.
/// </summary>
public sealed class SoakTests : HostTest
{
    private const int Default = 1500;
    private const int Samples = 60;
    private const string EchoEvent = "{\"text\":\"";

    /// <summary>The growth allowed in a short run, in which the budgets of the collector and the allocator are not yet used up.</summary>
    private const double MostGrowthBytes = 12 * 1024 * 1024;

    private const int LongRun = 10_000;

    /// <summary>The growth allowed per invocation in a long run. A leak of even the smallest object would exceed it.</summary>
    private const double MostBytesAnInvocation = 500;

    [Theory(Timeout = 1_800_000)]
    [InlineData("echo")]
    [InlineData("image")]
    public async Task Invoke_ManyTimes_MemoryAndHandlesStayFlat(string kind)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Memory and handles are read from /proc.");
        int count = int.TryParse(Environment.GetEnvironmentVariable("SERVERLESS_INFERENCE_SOAK"), out int wanted) ? wanted : Default;
        byte[] payload = kind == "image"
            ? ImageEvent(Path.Combine(ImageModel, "samples", "star-256x256.jpg"))
            : Encoding.UTF8.GetBytes(EchoEvent + new string('x', 1010) + "\"}");
        await using ExecutionEnvironment environment = CreateHost(variables: ("TEST_MODEL", kind == "image" ? ImageModel : ""));
        int pid = PidOf(await InvokeAsync(environment, "{}"));
        var samples = new List<(double Invocation, double Resident, int Handles)>();

        for (int i = 1; i <= count; i++)
        {
            InvocationResult result = await environment.InvokeAsync(new InvocationRequest(payload), Cancellation);
            Assert.Null(result.Outcome.Error);
            Assert.Null(result.Start);
            if (i % Math.Max(1, count / Samples) == 0)
            {
                samples.Add((i, MeasuredMemory.Resident(pid), HandlesOf(pid)));
            }
        }

        // In the first half, pools fill, code is recompiled in higher tiers, and the collector adjusts its budgets.
        List<(double Invocation, double Resident, int Handles)> steady = samples[(samples.Count / 2)..];
        double slope = Slope(steady);
        double growth = steady[^1].Resident - steady[0].Resident;
        string report = string.Create(
            CultureInfo.InvariantCulture,
            $"{kind}: {count} invocations; resident {samples[0].Resident / (1 << 20):F1} MiB at the first sample, " +
            $"{steady[0].Resident / (1 << 20):F1} after one half, {steady[^1].Resident / (1 << 20):F1} at the end; slope of the second " +
            $"half {slope:F1} bytes an invocation; handles {steady[0].Handles}, then {steady[^1].Handles}");
        TestContext.Current.TestOutputHelper?.WriteLine(report);
        if (Environment.GetEnvironmentVariable("SERVERLESS_INFERENCE_SOAK_REPORT") is { Length: > 0 } file)
        {
            await File.AppendAllTextAsync(file, report + "\n", Cancellation);
        }

        Assert.InRange(growth, double.MinValue, MostGrowthBytes);
        if (count >= LongRun)
        {
            Assert.InRange(slope, double.MinValue, MostBytesAnInvocation);
        }

        Assert.InRange(steady[^1].Handles - steady[0].Handles, -100, 2);
    }

    // Without the assemblies, whose files the runtime keeps open: the first garbage collection of a kind may still need another one.
    private static int HandlesOf(int pid) => Directory.GetFiles($"/proc/{pid}/fd")
        .Count(file => new FileInfo(file).LinkTarget?.EndsWith(".dll", StringComparison.Ordinal) != true);

    /// <summary>The slope of the line of least squares.</summary>
    private static double Slope(List<(double Invocation, double Resident, int Handles)> samples)
    {
        double x = samples.Average(sample => sample.Invocation), y = samples.Average(sample => sample.Resident);
        double covariance = samples.Sum(sample => (sample.Invocation - x) * (sample.Resident - y));
        return covariance / samples.Sum(sample => (sample.Invocation - x) * (sample.Invocation - x));
    }
}

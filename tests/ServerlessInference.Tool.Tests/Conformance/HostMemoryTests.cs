using System.Globalization;
using ServerlessInference.Tool.LocalRuntime;

namespace ServerlessInference.Tool.Tests.Conformance;

/// <summary>Whether the host stays within a function's memory when many large images come at once.</summary>
public sealed class HostMemoryTests : HostTest
{
    private const int Images = 64;
    private const int MemoryMB = 1024;
    private const int MegabytesOfOneDecodedImage = 36;

    [Fact(Timeout = 300_000)]
    public async Task Invoke_SixtyFourLargeImagesAtOnce_WaitAndStayBelowTheFunctionsMemory()
    {
        string photo = Path.Combine(Path.GetDirectoryName(Repository.Root)!, "shared", "bench", "photos", "p4032x3024.jpg");
        Assert.SkipUnless(File.Exists(photo), $"There is no photo of 12 megapixels at {photo}.");
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The peak is read from /proc.");
        byte[] payload = ImageEvent(photo);
        await using ExecutionEnvironment environment = CreateHost(Images, MemoryMB, TimeSpan.FromMinutes(4), ("TEST_MODEL", ImageModel));
        int pid = PidOf(await InvokeAsync(environment, "{}"));

        InvocationResult[] results = await Task.WhenAll(
            Enumerable.Range(0, Images).Select(_ => environment.InvokeAsync(new InvocationRequest(payload), Cancellation)));

        Assert.All(results, result => Assert.True(
            result.Outcome.Error is null && Json(result).GetProperty("statusCode").GetInt32() == 200,
            $"{result.Outcome.Error}\n{string.Join('\n', PlatformLog.Take(20))}\n{string.Join('\n', FunctionLog.Take(40))}"));
        long peak = PeakMegabytes(pid);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Images} images of 12 megapixels at once: peak {peak} MB of {MemoryMB} MB; the events alone are " +
            $"{Images * (long)payload.Length >> 20} MB, all decoded at once {Images * MegabytesOfOneDecodedImage} MB.");
        Assert.InRange(peak, 1, MemoryMB);
    }

    private static long PeakMegabytes(int pid) => long.Parse(
        File.ReadLines($"/proc/{pid}/status")
            .First(line => line.StartsWith("VmHWM", StringComparison.Ordinal))
            .Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) / 1024;
}

using System.Runtime.InteropServices;
using ServerlessInference.Models.Prepared;

namespace ServerlessInference.Tests.Models.Prepared;

public sealed class ProcessorClassTests
{
    private const int Avx2Features = 0x18001000 | (1 << 26); // FMA, OSXSAVE, AVX
    private const int Avx2Bit = 1 << 5, Avx512Bit = 1 << 16;
    private const int SseArea = 576, AvxArea = 832, Avx512Area = 2432;

    [Theory]
    [InlineData(Avx2Features, Avx2Bit | Avx512Bit, Avx512Area, "avx512")]
    [InlineData(Avx2Features, Avx2Bit | Avx512Bit, AvxArea, "avx2")]
    [InlineData(Avx2Features, Avx2Bit, AvxArea, "avx2")]
    [InlineData(Avx2Features, Avx2Bit, SseArea, null)]
    [InlineData(Avx2Features, Avx512Bit, Avx512Area, null)]
    [InlineData(Avx2Features & ~(1 << 12), Avx2Bit | Avx512Bit, Avx512Area, null)]
    [InlineData(Avx2Features & ~(1 << 27), Avx2Bit | Avx512Bit, Avx512Area, null)]
    [InlineData(0, 0, 0, null)]
    public void DetectX64_Features_ReturnsTheClassThatOnnxRuntimeDetects(int features, int extended, int enabledArea, string? expected) =>
        Assert.Equal(expected, ProcessorClass.DetectX64((leaf, subleaf) => (leaf, subleaf) switch
        {
            (0, 0) => (13, 0, 0, 0),
            (1, 0) => (0, 0, features, 0),
            (7, 0) => (0, extended, 0, 0),
            (13, 0) => (0, enabledArea, 0, 0),
            (13, 2) => (256, 576, 0, 0),
            (13, 5) => (64, 832, 0, 0),
            (13, 6) => (512, 896, 0, 0),
            (13, 7) => (1024, 1408, 0, 0),
            _ => (0, 0, 0, 0),
        }));

    [Fact]
    public void DetectX64_OldProcessor_ReturnsNull() => Assert.Null(ProcessorClass.DetectX64((_, _) => (5, -1, -1, -1)));

    [Fact]
    public void Current_Linux_AgreesWithTheKernel()
    {
        bool isX64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;
        Assert.SkipUnless(OperatingSystem.IsLinux() && isX64, "x86-64 Linux only");
        string flags = File.ReadLines("/proc/cpuinfo").First(line => line.StartsWith("flags", StringComparison.Ordinal)) + " ";
        string? expected = flags.Contains(" avx512f ", StringComparison.Ordinal) ? "avx512"
            : flags.Contains(" avx2 ", StringComparison.Ordinal) ? "avx2"
            : null;

        Assert.Equal(expected, ProcessorClass.Current);
    }
}

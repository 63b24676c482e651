using System.Diagnostics;
using System.Runtime.InteropServices;
using ServerlessInference.Sessions;

namespace ServerlessInference.Tests.Sessions;

public sealed class TelemetryOptOutTests
{
    private const string Variable = "ORT_DISABLE_TELEMETRY";

    [Fact]
    public void Initializer_AssemblyIsUsed_SetsTheVariableForNativeCode()
    {
        SkipUnlessStartedWithoutTheVariable();
        _ = new InferenceThreadOptions();

        Assert.Equal("1", Marshal.PtrToStringUTF8(NativeVariable(Variable)));
    }

    [Fact]
    public async Task Initializer_AssemblyIsUsed_ChildProcessesDoNotInheritTheVariable()
    {
        SkipUnlessStartedWithoutTheVariable();
        _ = new InferenceThreadOptions();

        using Process child = Process.Start(new ProcessStartInfo("env") { RedirectStandardOutput = true })!;
        string variables = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.Contains("PATH=", variables, StringComparison.Ordinal);
        Assert.DoesNotContain(Variable, variables, StringComparison.Ordinal);
    }

    private static void SkipUnlessStartedWithoutTheVariable()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the environment at the start is read from /proc");
        string variables = File.ReadAllText("/proc/self/environ");
        Assert.SkipWhen(variables.Contains(Variable, StringComparison.Ordinal), $"the tests were started with {Variable} set");
    }

    [DllImport("libc", EntryPoint = "getenv", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern nint NativeVariable(string name);
}

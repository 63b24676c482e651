using System.Diagnostics;

namespace ServerlessInference.Tool.Tests.Telemetry;

/// <summary>
/// ONNX Runtime reports nothing from processes that load it through this library, unless they were started with its telemetry switched on.
/// </summary>
public sealed class TelemetryTests
{
    private const int Limit = 120_000;

    // What images without a shell lack: ONNX Runtime's telemetry asks both for an identity of the machine.
    private const string WithoutShell = """
        set -e
        mount --make-rprivate /
        mount --bind /dev/null "$(readlink -f /bin/sh)"
        for id in /etc/machine-id /var/lib/dbus/machine-id; do if [ -e $id ]; then mount --bind /dev/null $id; fi; done
        [ ! -s /bin/sh ]
        exec "$0" "$@"
        """;

    private static readonly string Image = Path.Combine(Repository.DemoModel, "samples", "star-256x256.jpg");
    private static readonly string Host = Repository.ProgramOf("ServerlessInference.HostFunction");
    private static readonly string Tool = Path.Combine(AppContext.BaseDirectory, "serverless-inference");
    private static readonly string[] PlainProgram =
        [Repository.ProgramOf("ServerlessInference.SessionProcess"), Repository.DemoModel, Image];

    public static TheoryData<string, string[], string> Programs => new()
    {
        { "a plain program", PlainProgram, "star" },
        {
            "the host",
            [Tool, "invoke", "--quiet", "--event", "-", "--env", $"TEST_MODEL={Repository.DemoModel}", "--", Host],
            "\"statusCode\":200"
        },
        { "the tool's classify", [Tool, "classify", Repository.DemoModel, Image], "\"star\"" },
        { "the tool's inspect", [Tool, "inspect", Repository.DemoModel], "input" },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Timeout = Limit)]
    [MemberData(nameof(Programs))]
    public async Task Run_SwitchNotSet_WritesNothing(string name, string[] command, string answer)
    {
        SkipWhereThereIsNoTelemetry();
        using var home = new EmptyHome();

        string output = await RunAsync(home, null, command);

        Assert.Contains(answer, output, StringComparison.Ordinal);
        Assert.True(!home.Files.Any(), $"{name} wrote {string.Join(", ", home.Files)}");
    }

    // That the switch is respected also proves that the test above can fail.
    [Theory(Timeout = Limit)]
    [MemberData(nameof(Programs))]
    public async Task Run_SwitchSetToZero_IsRespected(string name, string[] command, string answer)
    {
        SkipWhereThereIsNoTelemetry();
        using var home = new EmptyHome();

        string output = await RunAsync(home, "0", command);

        Assert.Contains(answer, output, StringComparison.Ordinal);
        Assert.True(home.Files.Any(file => file.EndsWith("onnxruntime.db", StringComparison.Ordinal)), $"{name} wrote no telemetry");
    }

    [Fact(Timeout = Limit)]
    public async Task Run_UntilTelemetryWouldReport_MakesNoNameLookups()
    {
        SkipWhereThereIsNoTelemetry();
        SkipUnlessItRuns("strace is missing or may not trace here", "strace", "-o", "/dev/null", "true");
        string[] traced = ["strace", "-f", "-qq", "-e", "trace=network", .. PlainProgram];
        using var home = new EmptyHome();
        using var reportingHome = new EmptyHome();

        // The quiet program has its model loaded before the reporting one starts, so it had the longer time when that one reports.
        using Process quiet = home.Start(null, traced);
        Task<string> quietCalls = quiet.StandardError.ReadToEndAsync(Cancellation);
        Assert.Equal("star", await quiet.StandardOutput.ReadLineAsync(Cancellation));
        using Process reporting = reportingHome.Start("0", traced);
        string? call;
        do
        {
            call = await reporting.StandardError.ReadLineAsync(Cancellation);
            Assert.NotNull(call);
        }
        while (!IsLookup(call));

        quiet.StandardInput.Close();
        string[] calls = (await quietCalls).Split('\n');
        reporting.Kill(entireProcessTree: true);
        await Task.WhenAll(quiet.WaitForExitAsync(Cancellation), reporting.WaitForExitAsync(Cancellation));
        Assert.Equal(0, quiet.ExitCode);
        Assert.DoesNotContain(calls, IsLookup);
    }

    [Theory(Timeout = Limit)]
    [MemberData(nameof(Programs))]
    public async Task Run_WithoutShellAndMachineId_Answers(string name, string[] command, string answer)
    {
        SkipWhereThereIsNoTelemetry();
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "hiding /bin/sh from a process takes root");
        SkipUnlessItRuns("the machine lets no process have mounts of its own", "unshare", "--mount", "mount", "--make-rprivate", "/");
        using var home = new EmptyHome();

        string output = await RunAsync(home, null, ["unshare", "--mount", "bash", "-c", WithoutShell, .. command]);

        Assert.True(output.Contains(answer, StringComparison.Ordinal), $"{name} answered {output}");
        Assert.Empty(home.Files);
    }

    // The program makes no connections itself, so every Internet socket is one of ONNX Runtime's, or of the resolver that it asks.
    private static bool IsLookup(string call) =>
        call.Contains("AF_INET", StringComparison.Ordinal)
        || call.Contains("nscd", StringComparison.Ordinal)
        || call.Contains("resolve", StringComparison.Ordinal);

    private static async Task<string> RunAsync(EmptyHome home, string? telemetry, string[] command)
    {
        using Process process = home.Start(telemetry, command);
        Task<string> error = process.StandardError.ReadToEndAsync(Cancellation);
        await process.StandardInput.WriteAsync("""{"version":"2.0","rawPath":"/","requestContext":{"http":{"method":"GET"}}}""");
        process.StandardInput.Close();
        string output = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', command)} ended with {process.ExitCode}:\n{await error}{output}");
        return output;
    }

    private static void SkipWhereThereIsNoTelemetry() => Assert.SkipUnless(
        OperatingSystem.IsLinux(), "where ONNX Runtime keeps what it reports is known for Linux only");

    private static void SkipUnlessItRuns(string reason, string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            Assert.SkipUnless(process.ExitCode == 0, reason);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip(reason);
        }
    }
}

using System.Diagnostics;
using ServerlessInference.Tool.LocalRuntime;
using ServerlessInference.Tool.Tests.Support;

namespace ServerlessInference.Tool.Tests.Commands;

/// <summary>The tool as a process of its own: exit codes, streams and signals as a shell sees them.</summary>
public sealed class ProcessTests
{
    private const int Limit = 120_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = Limit)]
    public async Task Tool_WrongUsage_ExitsWithTwo()
    {
        using var tool = Start("invoke");

        var error = await tool.StandardError.ReadToEndAsync(Cancellation);
        await tool.WaitForExitAsync(Cancellation);

        Assert.Equal(2, tool.ExitCode);
        Assert.Contains("--help", error, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task Tool_EventOnStandardInput_AnswersOnStandardOutput()
    {
        using var tool = Start("invoke", "--event", "-", "--quiet", "--", TestFunction.Program);
        await tool.StandardInput.WriteAsync("""{"from":"stdin"}""");
        tool.StandardInput.Close();

        var output = await tool.StandardOutput.ReadToEndAsync(Cancellation);
        await tool.WaitForExitAsync(Cancellation);

        Assert.Equal(0, tool.ExitCode);
        Assert.Contains("\"from\":\"stdin\"", output, StringComparison.Ordinal);
        Assert.Equal(1, output.Count(character => character == '\n'));
    }

    [Theory(Timeout = Limit)]
    [InlineData("serve", 0)]
    [InlineData("invoke", 130)]
    public async Task Tool_Signal_StopsItCleanly(string command, int exitCode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM.");
        string[] args = command == "serve" ? ["serve", "--port", "0"] : ["invoke", "--event", "-"];
        using var tool = Start([.. args, "--", TestFunction.Program]);
        await tool.StandardInput.WriteAsync("""{"do":"hang"}""");
        tool.StandardInput.Close();
        var ready = command == "serve" ? tool.StandardOutput : tool.StandardError; // the URL, or the function's first line
        Assert.NotNull(await ready.ReadLineAsync(Cancellation));

        Assert.True(Signals.TryTerminate(tool));
        await tool.WaitForExitAsync(Cancellation);

        Assert.Equal(exitCode, tool.ExitCode);
    }

    private static Process Start(params string[] args)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "serverless-inference"), args)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var tool = Process.Start(start);
        Assert.NotNull(tool);
        return tool;
    }
}

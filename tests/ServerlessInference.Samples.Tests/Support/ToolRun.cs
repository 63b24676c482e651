using System.Diagnostics;

namespace ServerlessInference.Samples.Tests.Support;

/// <summary>Runs the tool to its end.</summary>
internal static class ToolRun
{
    /// <summary>Runs the tool, and fails the test if the tool fails.</summary>
    /// <returns>Standard output.</returns>
    public static async Task<string> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Programs.Tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process tool = Process.Start(start)!;
        Task<string> error = tool.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await tool.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await tool.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(tool.ExitCode == 0, $"{string.Join(' ', arguments)} ended with {tool.ExitCode}:\n{await error}{output}");
        return output;
    }
}

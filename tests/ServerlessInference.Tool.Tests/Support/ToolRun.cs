using System.Text;
using System.Text.Json;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Tests.Support;

/// <summary>A finished run of the tool, in this process.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Error)
{
    /// <summary>The documents on standard output.</summary>
    public IReadOnlyList<JsonElement> Documents =>
        [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>Runs the tool to its end.</summary>
    public static Task<ToolRun> RunAsync(params string[] args) => RunAsync("", args);

    /// <summary>Runs the tool to its end, with text on standard input.</summary>
    public static async Task<ToolRun> RunAsync(string input, string[] args)
    {
        using var inputStream = new MemoryStream(Encoding.UTF8.GetBytes(input));
        using var output = new MemoryStream();
        var error = new StringWriter();
        var console = ToolConsole.FromStreams(inputStream, output, error);
        var exitCode = await ToolApplication.RunAsync(args, console, TestContext.Current.CancellationToken);
        return new ToolRun(exitCode, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }
}

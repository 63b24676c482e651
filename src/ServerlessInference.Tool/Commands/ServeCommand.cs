using System.CommandLine;
using ServerlessInference.Tool.CommandLine;
using ServerlessInference.Tool.LocalRuntime;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>The command <c>serve</c>: runs a local HTTP server in front of a function.</summary>
internal static class ServeCommand
{
    private const int DefaultPort = 8080;
    private const int MaxPort = 65_535;

    /// <summary>Creates the command.</summary>
    public static Command Create(ToolConsole console)
    {
        var port = new Option<int>("--port", "-p")
        {
            Description = "The port on 127.0.0.1, or 0 for any free one.",
            HelpName = "N",
            DefaultValueFactory = _ => DefaultPort,
            CustomParser = result => NumberParser.ParseWholeNumber(result, "--port", result.Tokens[0].Value, 0, MaxPort),
        };
        var memory = new Option<int>("--memory", "-m")
        {
            Description = "The memory size in MB; it determines the CPU share (1,769 MB = 1 vCPU).",
            HelpName = "MB",
            DefaultValueFactory = _ => LambdaLimits.MemoryMBPerCpu,
            CustomParser = result => NumberParser.ParseWholeNumber(
                result, "--memory", result.Tokens[0].Value, LambdaLimits.MinMemoryMB, LambdaLimits.MaxMemoryMB),
        };
        Option<OutputFormat> format = FormatOption.Create();
        var function = new FunctionOptions();
        var command = new Command("serve", "Run a function locally behind HTTP, as a function URL or API Gateway would, until Ctrl-C.")
        {
            port, memory, format,
        };
        function.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            FunctionSettings settings = function.Read(parsed, parsed.GetValue(memory));
            var runner = new ServeRunner(console, TimeProvider.System)
            {
                Quiet = function.IsQuiet(parsed),
                Format = parsed.GetValue(format),
            };
            return runner.RunAsync(parsed.GetValue(port), settings, cancellationToken);
        });
        return command;
    }
}

using System.CommandLine;
using System.CommandLine.Parsing;
using ServerlessInference.Tool.CommandLine;
using ServerlessInference.Tool.LocalRuntime;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>The command <c>invoke</c>: sends events to a function that runs locally, and measures it.</summary>
internal static class InvokeCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(ToolConsole console)
    {
        var events = new Option<string[]>("--event", "-e")
        {
            Description =
                "A file with an event (JSON), or - for standard input. Repeatable: the events are sent to the same process in the order " +
                "given.",
            HelpName = "FILE",
            Required = true,
        };
        Option<int> cold = Count("--cold", 1, "How often the function is started from scratch.");
        Option<int> warm = Count("--warm", 0, "How often, per start, the events are sent again to the running function.");
        var memory = new Option<int[]>("--memory", "-m")
        {
            Description = "The memory size in MB, or several separated by commas; it determines the CPU share (1,769 MB = 1 vCPU).",
            HelpName = "MB[,MB…]",
            DefaultValueFactory = _ => [LambdaLimits.MemoryMBPerCpu],
            CustomParser = ParseMemorySizes,
        };
        var clientContext = new Option<string?>("--client-context")
        {
            Description = "The client context of each invocation, as JSON.",
            HelpName = "JSON",
        };
        clientContext.Validators.Add(RequireJson);
        Option<OutputFormat> format = FormatOption.Create();
        var function = new FunctionOptions();
        var command = new Command(
            "invoke", "Start a function locally as AWS Lambda would, send it events, and measure init, cold and warm calls.")
        {
            events, cold, warm, memory, clientContext, format,
        };
        function.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string[] names = parsed.GetRequiredValue(events);
            if (names.Count(name => name == ToolConsole.InputName) > 1)
            {
                throw new UsageException("--event - can be given only once, since standard input contains one event.");
            }

            var runner = new InvokeRunner(console, TimeProvider.System)
            {
                ColdStarts = parsed.GetValue(cold),
                WarmRounds = parsed.GetValue(warm),
                ClientContext = parsed.GetValue(clientContext),
                Quiet = function.IsQuiet(parsed),
            };
            FunctionSettings[] settings = parsed.GetRequiredValue(memory).Select(size => function.Read(parsed, size)).ToArray();
            return await runner.RunAsync(names, settings, parsed.GetValue(format), cancellationToken).ConfigureAwait(false);
        });
        return command;
    }

    private static void RequireJson(OptionResult result)
    {
        if (result.Tokens is [var token] && !RuntimeApiJson.TryMakeHeader(token.Value, out _))
        {
            result.AddError("--client-context is not valid JSON; it must be something like {\"custom\":{\"name\":\"value\"}}.");
        }
    }

    private static Option<int> Count(string name, int defaultValue, string description)
    {
        const int max = 100_000;
        return new Option<int>(name)
        {
            Description = description,
            HelpName = "N",
            DefaultValueFactory = _ => defaultValue,
            CustomParser = result => NumberParser.ParseWholeNumber(result, name, result.Tokens[0].Value, defaultValue, max),
        };
    }

    private static int[] ParseMemorySizes(ArgumentResult result) =>
    [
        .. result.Tokens
            .SelectMany(token => token.Value.Split(','))
            .Select(text => NumberParser.ParseWholeNumber(result, "--memory", text, LambdaLimits.MinMemoryMB, LambdaLimits.MaxMemoryMB)),
    ];
}

using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using ServerlessInference.Tool.CommandLine;
using ServerlessInference.Tool.Commands;
using ServerlessInference.Tool.Cost;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool;

/// <summary>The application: parses the command line, runs the command, and turns its outcome into an exit code.</summary>
internal static class ToolApplication
{
    /// <summary>How long a command may take to stop after Ctrl-C before the process ends anyway.</summary>
    private static readonly TimeSpan TerminationTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Parses and runs a command line.</summary>
    /// <param name="args">The arguments, without the name of the tool.</param>
    /// <param name="console">Standard input, output and error.</param>
    /// <param name="cancellationToken">Stops the command as Ctrl-C does.</param>
    /// <returns>One of the <see cref="ExitCode"/> values.</returns>
    public static async Task<int> RunAsync(string[] args, ToolConsole console, CancellationToken cancellationToken)
    {
        // Response files are switched off, since an argument of the function's own command may begin with '@'.
        ParseResult parsed = CreateRootCommand(console).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var configuration = new InvocationConfiguration
        {
            Output = console.OutputText,
            Error = console.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = TerminationTimeout,
        };
        try
        {
            if (parsed.Action is ParseErrorAction)
            {
                foreach (ParseError error in parsed.Errors)
                {
                    await console.Error.WriteLineAsync(error.Message).ConfigureAwait(false);
                }

                if (Suggestion.Find(parsed) is { } suggestion)
                {
                    await console.Error.WriteLineAsync($"Did you mean '{suggestion}'?").ConfigureAwait(false);
                }

                await console.Error.WriteLineAsync($"Run '{UsageHint(parsed)} --help' for usage.").ConfigureAwait(false);
                return ExitCode.WrongUsage;
            }

            return await parsed.InvokeAsync(configuration, cancellationToken).ConfigureAwait(false);
        }
        catch (UsageException exception)
        {
            await console.Error.WriteLineAsync(exception.Message).ConfigureAwait(false);
            return ExitCode.WrongUsage;
        }
        catch (IOException exception)
        {
            // Standard output was closed early ('| head'), or a disk is full. Neither is a bug of the tool.
            await console.Error.WriteLineAsync($"serverless-inference: {exception.Message}").ConfigureAwait(false);
            return ExitCode.InputFailed;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Cancelled;
        }
    }

    private static RootCommand CreateRootCommand(ToolConsole console) => new(
        "Try out ONNX models, and run a Lambda function locally as AWS would, before you deploy it.")
    {
        InspectCommand.Create(console),
        PredictCommand.Create(console),
        ClassifyCommand.Create(console),
        DetectCommand.Create(console),
        ImageCommand.Create(console),
        TokenizeCommand.Create(console),
        AnswerCommand.Create(console),
        TextLinesCommand.CreateClassify(console),
        TextLinesCommand.CreateEmbed(console),
        OptimizeCommand.Create(console),
        InvokeCommand.Create(console),
        ServeCommand.Create(console),
        PackageCommand.Create(console),
        FetchCommand.Create(console),
        CostCommand.Create(console),
    };

    private static string UsageHint(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        return command is RootCommand ? "serverless-inference" : $"serverless-inference {command.Name}";
    }
}

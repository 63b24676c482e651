using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using ServerlessInference.Tool.CommandLine;
using ServerlessInference.Tool.LocalRuntime;

namespace ServerlessInference.Tool.Commands;

/// <summary>The options of all commands that run a function, and the function's command line.</summary>
internal sealed class FunctionOptions
{
    private const double DefaultTimeoutSeconds = 30;

    private readonly Option<double> _timeout = new("--timeout")
    {
        Description = "The function's timeout in seconds.",
        HelpName = "S",
        DefaultValueFactory = _ => DefaultTimeoutSeconds,
        CustomParser = result =>
            NumberParser.ParseNumber(
                result, "--timeout", double.Epsilon, LambdaLimits.MaxTimeoutSeconds, "seconds, above 0 and at most 900"),
    };

    private readonly Option<string[]> _variables = new("--env")
    {
        Description = "An environment variable of the function; repeatable.",
        HelpName = "NAME=VALUE",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string> _name = new("--function-name")
    {
        Description = "The function's name.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "local-function",
    };

    private readonly Option<string?> _taskRoot = new("--task-root")
    {
        Description = "The directory used as /var/task: LAMBDA_TASK_ROOT and the function's working directory. Default: the current one.",
        HelpName = "FOLDER",
    };

    private readonly Option<bool> _quiet = new("--quiet", "-q")
    {
        Description = "Hide what the function writes to standard output and error.",
    };

    private readonly Argument<string[]> _command = new("command")
    {
        Description = "The function's program and its arguments, after '--'.",
        Arity = ArgumentArity.OneOrMore,
    };

    /// <summary>Adds the options and the argument to a command.</summary>
    public void AddTo(Command command)
    {
        _variables.Validators.Add(RequireNameAndValue);
        command.Add(_timeout);
        command.Add(_variables);
        command.Add(_name);
        command.Add(_taskRoot);
        command.Add(_quiet);
        command.Add(_command);
    }

    /// <summary>Returns whether the output of the function is hidden.</summary>
    public bool IsQuiet(ParseResult parsed) => parsed.GetValue(_quiet);

    /// <summary>Reads the settings of the function.</summary>
    /// <exception cref="UsageException">The program or the task root does not exist.</exception>
    public FunctionSettings Read(ParseResult parsed, int memoryMB)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string assignment in parsed.GetValue(_variables) ?? [])
        {
            int equals = assignment.IndexOf('=', StringComparison.Ordinal);
            variables[assignment[..equals]] = assignment[(equals + 1)..];
        }

        string taskRoot = Path.GetFullPath(parsed.GetValue(_taskRoot) ?? ".");
        if (!Directory.Exists(taskRoot))
        {
            throw new UsageException($"--task-root is '{taskRoot}', which is not a directory. Give the directory of the function.");
        }

        return new FunctionSettings
        {
            Command = ProgramFinder.Find(parsed.GetRequiredValue(_command), taskRoot),
            Variables = variables,
            FunctionName = parsed.GetRequiredValue(_name),
            Region = Setting("AWS_REGION") ?? Setting("AWS_DEFAULT_REGION") ?? "us-east-1",
            MemoryMB = memoryMB,
            Timeout = TimeSpan.FromSeconds(parsed.GetValue(_timeout)),
            TaskRoot = taskRoot,
            MaxConcurrency = Concurrency(variables),
        };
    }

    private static void RequireNameAndValue(OptionResult result)
    {
        foreach (Token token in result.Tokens.Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) <= 0))
        {
            result.AddError($"--env is '{token.Value}'; it must be NAME=VALUE.");
        }
    }

    private static int Concurrency(Dictionary<string, string> variables)
    {
        if (!variables.TryGetValue(FunctionVariables.MaxConcurrency, out string? text))
        {
            return 1;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0
            ? value
            : throw new UsageException($"{FunctionVariables.MaxConcurrency} is '{text}'; it must be a whole number above 0.");
    }

    private static string? Setting(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}

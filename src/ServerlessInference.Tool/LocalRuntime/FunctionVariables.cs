using System.Globalization;

namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>The environment variables of a function's process.</summary>
internal static class FunctionVariables
{
    /// <summary>The variable that allows a process to handle more than one invocation at a time.</summary>
    public const string MaxConcurrency = "AWS_LAMBDA_MAX_CONCURRENCY";

    /// <summary>
    /// Creates the variables that Lambda sets, in addition to the tool's own environment. The function's variables override them.
    /// </summary>
    /// <param name="settings">The function.</param>
    /// <param name="apiAddress">Host and port of the Runtime API.</param>
    /// <param name="temporaryFolder">The directory that is used as <c>/tmp</c>.</param>
    /// <param name="processors">The number of processors that .NET should report, or null to let it count.</param>
    public static IEnumerable<KeyValuePair<string, string?>> Create(
        FunctionSettings settings, string apiAddress, string temporaryFolder, int? processors)
    {
        var variables = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["AWS_LAMBDA_RUNTIME_API"] = apiAddress,
            ["AWS_LAMBDA_FUNCTION_NAME"] = settings.FunctionName,
            ["AWS_LAMBDA_FUNCTION_VERSION"] = "$LATEST",
            ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = settings.MemoryMB.ToString(CultureInfo.InvariantCulture),
            ["AWS_LAMBDA_INITIALIZATION_TYPE"] = "on-demand",
            ["AWS_LAMBDA_LOG_GROUP_NAME"] = $"/aws/lambda/{settings.FunctionName}",
            ["AWS_LAMBDA_LOG_STREAM_NAME"] = $"local/[$LATEST]{Path.GetFileName(temporaryFolder)}",
            ["AWS_LAMBDA_LOG_FORMAT"] = "Text",
            ["AWS_REGION"] = settings.Region,
            ["AWS_DEFAULT_REGION"] = settings.Region,
            ["AWS_EXECUTION_ENV"] = "AWS_Lambda_local",
            ["LAMBDA_TASK_ROOT"] = settings.TaskRoot,
            ["LAMBDA_RUNTIME_DIR"] = "/var/runtime",
            ["_HANDLER"] = "bootstrap",
            ["TZ"] = ":UTC",
            ["TMPDIR"] = temporaryFolder,

            // A runtime sets this per invocation. A value inherited from the tool's own environment would mislead it.
            ["_X_AMZN_TRACE_ID"] = null,
            [MaxConcurrency] = null,
        };
        if (processors is { } count)
        {
            // .NET derives the number of processors from the CPU quota, but on Lambda it sees the processors of the machine.
            variables["DOTNET_PROCESSOR_COUNT"] = count.ToString(CultureInfo.InvariantCulture);
        }

        foreach ((string? name, string? value) in settings.Variables)
        {
            variables[name] = value;
        }

        return variables;
    }
}

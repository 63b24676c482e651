namespace ServerlessInference.Lambda.Invocations;

/// <summary>The environment variables with which Lambda describes a function to itself.</summary>
/// <remarks>
/// Immutable. A function reads it once (<see cref="Read"/>) and has it as <see cref="InferenceFunctionBuilder.Environment"/>; tests create
/// their own.
/// </remarks>
public sealed class LambdaEnvironment
{
    // The constructor sets fields directly: eight property setters would be eight more methods to compile before the first event.
    private readonly string? _runtimeApi;
    private readonly string _functionName = string.Empty;
    private readonly string _functionVersion = string.Empty;
    private readonly int _memorySize;
    private readonly string _initializationType = OnDemand;
    private readonly int _maxConcurrency = 1;
    private readonly bool _logsJson;
    private readonly string? _logLevel;
    private readonly Func<string, string?>? _variable;

    /// <summary>Creates an environment that its members describe.</summary>
    public LambdaEnvironment()
    {
    }

    private LambdaEnvironment(Func<string, string?> variable, bool isProcess)
    {
        IsProcess = isProcess;
        _variable = variable;
        _runtimeApi = variable("AWS_LAMBDA_RUNTIME_API");
        _functionName = variable("AWS_LAMBDA_FUNCTION_NAME") ?? string.Empty;
        _functionVersion = variable("AWS_LAMBDA_FUNCTION_VERSION") ?? string.Empty;
        _memorySize = int.TryParse(variable("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"), out int memory) ? memory : 0;
        _initializationType = variable("AWS_LAMBDA_INITIALIZATION_TYPE") is { Length: > 0 } type ? type : OnDemand;
        _maxConcurrency = int.TryParse(variable("AWS_LAMBDA_MAX_CONCURRENCY"), out int concurrency) && concurrency > 1 ? concurrency : 1;
        _logsJson = string.Equals(variable("AWS_LAMBDA_LOG_FORMAT"), "JSON", StringComparison.OrdinalIgnoreCase);
        _logLevel = variable("AWS_LAMBDA_LOG_LEVEL");
    }

    /// <summary>
    /// Gets the host and port of the Runtime API (<c>AWS_LAMBDA_RUNTIME_API</c>); <see langword="null"/> outside of Lambda.
    /// </summary>
    public string? RuntimeApi { get => _runtimeApi; init => _runtimeApi = value; }

    /// <summary>Gets the function's name (<c>AWS_LAMBDA_FUNCTION_NAME</c>).</summary>
    public string FunctionName { get => _functionName; init => _functionName = value; }

    /// <summary>Gets the function's version (<c>AWS_LAMBDA_FUNCTION_VERSION</c>).</summary>
    public string FunctionVersion { get => _functionVersion; init => _functionVersion = value; }

    /// <summary>Gets the function's memory (<c>AWS_LAMBDA_FUNCTION_MEMORY_SIZE</c>).</summary>
    /// <value>In MB, 128 to 10,240; 0 if it is unknown.</value>
    public int MemorySize { get => _memorySize; init => _memorySize = value; }

    /// <summary>Gets the reason for which Lambda created the environment (<c>AWS_LAMBDA_INITIALIZATION_TYPE</c>).</summary>
    /// <value><c>on-demand</c>, <c>provisioned-concurrency</c>, <c>snap-start</c> or <c>lambda-managed-instances</c>.</value>
    public string InitializationType { get => _initializationType; init => _initializationType = value; }

    /// <summary>Gets the number of invocations that this process serves at the same time (<c>AWS_LAMBDA_MAX_CONCURRENCY</c>).</summary>
    /// <value>1, the default, or more on Lambda Managed Instances.</value>
    public int MaxConcurrency { get => _maxConcurrency; init => _maxConcurrency = value; }

    /// <summary>
    /// Gets a value indicating whether log records are JSON objects rather than lines of text (<c>AWS_LAMBDA_LOG_FORMAT</c>).
    /// </summary>
    public bool LogsJson { get => _logsJson; init => _logsJson = value; }

    /// <summary>Gets the minimum level of log records (<c>AWS_LAMBDA_LOG_LEVEL</c>).</summary>
    /// <value><c>TRACE</c> to <c>FATAL</c>; <see langword="null"/> for the default, <c>INFO</c>.</value>
    public string? LogLevel { get => _logLevel; init => _logLevel = value; }

    internal const string OnDemand = "on-demand";
    internal const string SnapStart = "snap-start";

    /// <summary>Reads the environment variables of this process.</summary>
    /// <param name="variable">Returns the value of a variable; <see langword="null"/>, the default, reads this process's variables.</param>
    /// <returns>The environment that the variables describe.</returns>
    public static LambdaEnvironment Read(Func<string, string?>? variable = null) =>
        new(variable ?? Environment.GetEnvironmentVariable, isProcess: variable is null);

    /// <summary>Gets the value of an environment variable without which the function cannot work.</summary>
    /// <param name="name">The variable's name.</param>
    /// <returns>The value, which is not empty.</returns>
    /// <remarks>
    /// It reads the variable itself, so that a program need not set up its configuration, which costs a cold start several milliseconds.
    /// </remarks>
    /// <example>
    /// <code>
    /// var app = InferenceFunction.CreateBuilder(args);
    /// app.MapS3Objects("shapes", results => results.ToS3($"s3://{app.Environment.Require("RESULTS_BUCKET")}/{{key}}.json"));
    /// </code>
    /// </example>
    /// <exception cref="InvalidOperationException">The variable is not set, or it is empty.</exception>
    public string Require(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return (_variable is null ? Environment.GetEnvironmentVariable(name) : _variable(name)) is { Length: > 0 } value
            ? value
            : throw new InvalidOperationException(
                $"The environment variable {name} is not set. Set it in the function's configuration (in template.yaml: Environment, " +
                "Variables).");
    }

    /// <summary>Whether this describes the process that runs, rather than an environment that a test has made up.</summary>
    internal readonly bool IsProcess;
}

namespace ServerlessInference.Lambda;

/// <summary>What Lambda tells a function about itself through environment variables.</summary>
/// <remarks>Immutable. Tests make one of their own; a function reads it once (<see cref="Read"/>).</remarks>
public sealed class LambdaEnvironment
{
    // Fields that the constructor sets directly: eight setters would be eight methods to compile on the way to the first event.
    private readonly string? _runtimeApi;
    private readonly string _functionName = string.Empty;
    private readonly string _functionVersion = string.Empty;
    private readonly int _memorySize;
    private readonly string _initializationType = OnDemand;
    private readonly int _maxConcurrency = 1;
    private readonly bool _logsJson;
    private readonly string? _logLevel;

    /// <summary>Creates an environment to be described by its members.</summary>
    public LambdaEnvironment()
    {
    }

    private LambdaEnvironment(Func<string, string?> variable, bool isProcess)
    {
        IsProcess = isProcess;
        _runtimeApi = variable("AWS_LAMBDA_RUNTIME_API");
        _functionName = variable("AWS_LAMBDA_FUNCTION_NAME") ?? string.Empty;
        _functionVersion = variable("AWS_LAMBDA_FUNCTION_VERSION") ?? string.Empty;
        _memorySize = int.TryParse(variable("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"), out int memory) ? memory : 0;
        _initializationType = variable("AWS_LAMBDA_INITIALIZATION_TYPE") is { Length: > 0 } type ? type : OnDemand;
        _maxConcurrency = int.TryParse(variable("AWS_LAMBDA_MAX_CONCURRENCY"), out int concurrency) && concurrency > 1 ? concurrency : 1;
        _logsJson = string.Equals(variable("AWS_LAMBDA_LOG_FORMAT"), "JSON", StringComparison.OrdinalIgnoreCase);
        _logLevel = variable("AWS_LAMBDA_LOG_LEVEL");
    }

    /// <summary>Gets the host and port of the Runtime API (<c>AWS_LAMBDA_RUNTIME_API</c>); <see langword="null"/> outside of Lambda.</summary>
    public string? RuntimeApi { get => _runtimeApi; init => _runtimeApi = value; }

    /// <summary>Gets the function's name (<c>AWS_LAMBDA_FUNCTION_NAME</c>).</summary>
    public string FunctionName { get => _functionName; init => _functionName = value; }

    /// <summary>Gets the function's version (<c>AWS_LAMBDA_FUNCTION_VERSION</c>).</summary>
    public string FunctionVersion { get => _functionVersion; init => _functionVersion = value; }

    /// <summary>Gets the function's memory (<c>AWS_LAMBDA_FUNCTION_MEMORY_SIZE</c>).</summary>
    /// <value>In MB, 128 to 10,240; 0 where it is not known.</value>
    public int MemorySize { get => _memorySize; init => _memorySize = value; }

    /// <summary>Gets how the environment came to be (<c>AWS_LAMBDA_INITIALIZATION_TYPE</c>): <c>on-demand</c>, <c>provisioned-concurrency</c>, <c>snap-start</c> or <c>lambda-managed-instances</c>.</summary>
    public string InitializationType { get => _initializationType; init => _initializationType = value; }

    /// <summary>Gets how many invocations this process serves at a time (<c>AWS_LAMBDA_MAX_CONCURRENCY</c>).</summary>
    /// <value>1, the default, or more on Lambda Managed Instances.</value>
    public int MaxConcurrency { get => _maxConcurrency; init => _maxConcurrency = value; }

    /// <summary>Gets a value indicating whether log records are JSON objects rather than lines of text (<c>AWS_LAMBDA_LOG_FORMAT</c>).</summary>
    public bool LogsJson { get => _logsJson; init => _logsJson = value; }

    /// <summary>Gets the least level of log records that are wanted (<c>AWS_LAMBDA_LOG_LEVEL</c>): <c>TRACE</c> to <c>FATAL</c>; <see langword="null"/> for the default, <c>INFO</c>.</summary>
    public string? LogLevel { get => _logLevel; init => _logLevel = value; }

    internal const string OnDemand = "on-demand";
    internal const string SnapStart = "snap-start";

    /// <summary>Reads the environment variables of this process.</summary>
    /// <param name="variable">Gives the value of a variable; <see langword="null"/> for the process's own.</param>
    /// <returns>What they say.</returns>
    public static LambdaEnvironment Read(Func<string, string?>? variable = null) =>
        new(variable ?? Environment.GetEnvironmentVariable, isProcess: variable is null);

    /// <summary>Whether it describes this process, rather than one that a test made up.</summary>
    internal readonly bool IsProcess;
}

namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>The function that an execution environment runs, and its limits.</summary>
internal sealed record FunctionSettings
{
    /// <summary>Gets the program and its arguments; at least one entry.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Gets the function's own environment variables; they override those that the environment sets.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the name of the function.</summary>
    public string FunctionName { get; init; } = "local-function";

    /// <summary>Gets the region of the function, which is part of its ARN.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>Gets the memory size in MB. The function can read it, and it determines the CPU share; it is not enforced.</summary>
    public int MemoryMB { get; init; } = LambdaLimits.MemoryMBPerCpu;

    /// <summary>Gets how long an invocation may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets the directory that is used as <c>/var/task</c> and as the function's working directory.</summary>
    public string TaskRoot { get; init; } = Environment.CurrentDirectory;

    /// <summary>Gets how many invocations a process handles at a time: <c>AWS_LAMBDA_MAX_CONCURRENCY</c>, or 1 without it.</summary>
    public int MaxConcurrency { get; init; } = 1;

    /// <summary>Gets how long the init phase may take.</summary>
    public TimeSpan InitLimit { get; init; } = LambdaLimits.InitLimit;

    /// <summary>Gets the time between SIGTERM and SIGKILL on shutdown.</summary>
    public TimeSpan ShutdownGrace { get; init; } = LambdaLimits.ShutdownGrace;

    /// <summary>Gets the maximum size of an event, in bytes.</summary>
    public int MaxRequestBytes { get; init; } = LambdaLimits.MaxRequestBytes;

    /// <summary>Gets the maximum size of a buffered response, in bytes.</summary>
    public int MaxResponseBytes { get; init; } = LambdaLimits.MaxResponseBytes;

    /// <summary>Gets the maximum size of a streamed response, in bytes.</summary>
    public int MaxStreamedResponseBytes { get; init; } = LambdaLimits.MaxStreamedResponseBytes;

    /// <summary>Gets the ARN of the function, in an account that does not exist.</summary>
    public string Arn => $"arn:aws:lambda:{Region}:123456789012:function:{FunctionName}";
}

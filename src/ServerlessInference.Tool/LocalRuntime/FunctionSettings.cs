namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>What an execution environment runs, and within which limits.</summary>
internal sealed record FunctionSettings
{
    /// <summary>The program and its arguments; at least one entry.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>The function's own environment variables; they win over those that the environment sets.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>The function's name.</summary>
    public string FunctionName { get; init; } = "local-function";

    /// <summary>The function's region, part of its ARN.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>The memory size, MB. It is told to the function and sets the CPU share; it is not enforced.</summary>
    public int MemoryMB { get; init; } = LambdaLimits.MemoryMBPerCpu;

    /// <summary>How long one invocation may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The folder that stands for <c>/var/task</c>, and the function's working directory.</summary>
    public string TaskRoot { get; init; } = Environment.CurrentDirectory;

    /// <summary>Invocations that one process handles at a time: <c>AWS_LAMBDA_MAX_CONCURRENCY</c>, 1 without it.</summary>
    public int MaxConcurrency { get; init; } = 1;

    /// <summary>How long the init phase may take.</summary>
    public TimeSpan InitLimit { get; init; } = LambdaLimits.InitLimit;

    /// <summary>How long the function has between SIGTERM and SIGKILL on shutdown.</summary>
    public TimeSpan ShutdownGrace { get; init; } = LambdaLimits.ShutdownGrace;

    /// <summary>Largest event, bytes.</summary>
    public int MaxRequestBytes { get; init; } = LambdaLimits.MaxRequestBytes;

    /// <summary>Largest buffered response, bytes.</summary>
    public int MaxResponseBytes { get; init; } = LambdaLimits.MaxResponseBytes;

    /// <summary>Largest streamed response, bytes.</summary>
    public int MaxStreamedResponseBytes { get; init; } = LambdaLimits.MaxStreamedResponseBytes;

    /// <summary>The function's ARN, in an account that does not exist.</summary>
    public string Arn => $"arn:aws:lambda:{Region}:123456789012:function:{FunctionName}";
}

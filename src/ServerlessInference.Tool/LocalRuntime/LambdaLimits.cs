namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>The limits of AWS Lambda that the local runtime enforces. Sizes are in bytes.</summary>
internal static class LambdaLimits
{
    /// <summary>The minimum memory size of a function, in MB. Source: Lambda quotas.</summary>
    public const int MinMemoryMB = 128;

    /// <summary>The maximum memory size of a function, in MB. Source: Lambda quotas.</summary>
    public const int MaxMemoryMB = 10_240;

    /// <summary>
    /// The memory size, in MB, that comes with one vCPU; other sizes get a proportional share. Source: Lambda documentation.
    /// </summary>
    public const int MemoryMBPerCpu = 1_769;

    /// <summary>The maximum timeout of a function, in seconds. Source: Lambda quotas.</summary>
    public const int MaxTimeoutSeconds = 900;

    /// <summary>
    /// The maximum event of a synchronous call, 6 MiB. Source: Lambda quotas; the Invoke operation's message
    /// "Request must be smaller than 6291456 bytes".
    /// </summary>
    public const int MaxRequestBytes = 6 * 1024 * 1024;

    /// <summary>
    /// The maximum buffered response, 6 MiB and 100 bytes: the figure in <c>Function.ResponseSizeTooLarge</c> messages of the
    /// service and of AWS's runtime interface emulator.
    /// </summary>
    public const int MaxResponseBytes = (6 * 1024 * 1024) + 100;

    /// <summary>The maximum streamed response, 200 MB. Source: Lambda quotas.</summary>
    public const int MaxStreamedResponseBytes = 200 * 1024 * 1024;

    /// <summary>
    /// The time limit of the init phase; after it, the init is stopped and repeated in the first invocation. Source: AWS's page on the
    /// life cycle of the execution environment.
    /// </summary>
    public static readonly TimeSpan InitLimit = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The time between SIGTERM and SIGKILL on shutdown, for a function with an external extension. Source: AWS's page on the life cycle of
    /// the execution environment.
    /// </summary>
    public static readonly TimeSpan ShutdownGrace = TimeSpan.FromSeconds(2);
}

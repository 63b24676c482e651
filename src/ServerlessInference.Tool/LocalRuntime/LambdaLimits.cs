namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>AWS Lambda's limits that the local runtime enforces. Sizes are in bytes.</summary>
internal static class LambdaLimits
{
    /// <summary>Smallest memory size of a function, MB. Source: Lambda quotas.</summary>
    public const int MinMemoryMB = 128;

    /// <summary>Largest memory size of a function, MB. Source: Lambda quotas.</summary>
    public const int MaxMemoryMB = 10_240;

    /// <summary>Memory size that is given one vCPU's worth of time, MB; in between it is linear. Source: Lambda documentation.</summary>
    public const int MemoryMBPerCpu = 1_769;

    /// <summary>Longest timeout of a function, seconds. Source: Lambda quotas.</summary>
    public const int MaxTimeoutSeconds = 900;

    /// <summary>
    /// Largest event of a synchronous call, 6 MiB. Source: Lambda quotas; the Invoke operation's message
    /// "Request must be smaller than 6291456 bytes".
    /// </summary>
    public const int MaxRequestBytes = 6 * 1024 * 1024;

    /// <summary>
    /// Largest buffered response, 6 MiB and 100 bytes: the figure in <c>Function.ResponseSizeTooLarge</c> messages of the
    /// service and of AWS's runtime interface emulator.
    /// </summary>
    public const int MaxResponseBytes = (6 * 1024 * 1024) + 100;

    /// <summary>Largest streamed response, 200 MB. Source: Lambda quotas.</summary>
    public const int MaxStreamedResponseBytes = 200 * 1024 * 1024;

    /// <summary>
    /// Time for the init phase; past it the init is stopped and repeated in the first invocation. Source: the page on the
    /// execution environment's life cycle.
    /// </summary>
    public static readonly TimeSpan InitLimit = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Time between SIGTERM and SIGKILL on shutdown: what AWS gives a function that has an external extension. Source: the
    /// page on the execution environment's life cycle.
    /// </summary>
    public static readonly TimeSpan ShutdownGrace = TimeSpan.FromSeconds(2);
}

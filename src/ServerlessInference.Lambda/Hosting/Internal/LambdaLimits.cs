namespace ServerlessInference.Lambda;

/// <summary>What AWS Lambda allows.</summary>
internal static class LambdaLimits
{
    /// <summary>The longest response to a synchronous invocation, in bytes: 6 MB (AWS Lambda quotas page, "Invocation payload").</summary>
    public const int SynchronousResponseBytes = 6 * 1024 * 1024;

    /// <summary>
    /// The longest event that is read, in bytes. Lambda sends 6 MB at most (AWS Lambda quotas page); what claims to be several times
    /// that did not come from Lambda.
    /// </summary>
    public const int EventBytes = 64 * 1024 * 1024;

    /// <summary>The memory, in MB, that comes with one vCPU (AWS Lambda documentation, "Configure Lambda function memory").</summary>
    public const int MegabytesPerVcpu = 1769;

    /// <summary>
    /// How long a function on demand initialises before it asks for the first event. Lambda stops an initialisation of more than 10 s and
    /// starts it again inside the first invocation (AWS Lambda documentation, "Lambda execution environment lifecycle"); the second that
    /// is left covers what ran before the clock started.
    /// </summary>
    public static readonly TimeSpan InitializationBudget = TimeSpan.FromSeconds(9);
}

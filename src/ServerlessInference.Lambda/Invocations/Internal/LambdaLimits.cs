namespace ServerlessInference.Lambda.Invocations;

/// <summary>The limits of AWS Lambda.</summary>
internal static class LambdaLimits
{
    /// <summary>
    /// The maximum length of the response to a synchronous invocation: 6 MiB and 100 bytes, the figure in Lambda's own messages of the type
    /// <c>Function.ResponseSizeTooLarge</c>. The AWS Lambda quotas page rounds it to 6 MB.
    /// </summary>
    public const int MaxResponseBytes = 6 * 1024 * 1024 + 100;

    /// <summary>
    /// The maximum length of an event that Lambda sends in a synchronous invocation: 6 MB (AWS Lambda quotas page, "Invocation payload").
    /// </summary>
    public const int MaxSynchronousEventBytes = 6 * 1024 * 1024;

    /// <summary>
    /// The maximum length of an event that is read. Lambda sends at most 6 MB (AWS Lambda quotas page), so a message that announces several
    /// times as much did not come from Lambda.
    /// </summary>
    public const int MaxEventBytes = 64 * 1024 * 1024;

    /// <summary>
    /// The memory, in MB, for which Lambda grants one vCPU (AWS Lambda documentation, "Configure Lambda function memory").
    /// </summary>
    public const int MegabytesPerVcpu = 1769;

    /// <summary>
    /// The time after which an on-demand function asks for its first event even if its models are not loaded yet. Lambda stops an
    /// initialization that takes more than 10 s and repeats it inside the first invocation (AWS Lambda documentation, "Lambda execution
    /// environment lifecycle"). The remaining second covers what ran before our clock started.
    /// </summary>
    public static readonly TimeSpan InitializationBudget = TimeSpan.FromSeconds(9);
}

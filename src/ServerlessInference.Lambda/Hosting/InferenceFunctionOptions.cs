namespace ServerlessInference.Lambda;

/// <summary>How a function treats its invocations.</summary>
/// <remarks>Read from the configuration section <c>ServerlessInference:Function</c> (environment: <c>ServerlessInference__Function__DeadlineMargin</c> and so on), then set by code.</remarks>
public sealed class InferenceFunctionOptions
{
    /// <summary>Gets or sets how long before Lambda's deadline an invocation is cancelled, so that there is time to answer.</summary>
    /// <value>
    /// 10 ms to 1 minute. The default is 500 ms. Where an invocation has less than four times as much left when it begins, a quarter of
    /// what is left is taken.
    /// </value>
    public TimeSpan DeadlineMargin { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Gets or sets the share of the function's memory that the managed heap may take at most, so that the rest is left to ONNX Runtime.</summary>
    /// <value>
    /// Percent, 10 to 90; 0 leaves the garbage collector alone. The default is 50. Only for functions with models that run on Lambda, and
    /// not where the project or the environment sets a limit of its own (<c>System.GC.HeapHardLimit</c>, <c>DOTNET_GCHeapHardLimit</c>) or
    /// the process sees less memory. Where a request needs more, it fails with an <see cref="OutOfMemoryException"/> (HTTP 500) instead of
    /// Lambda ending the process with all requests.
    /// </value>
    public int ManagedMemoryPercent { get; set; } = 50;

    /// <summary>Gets or sets a value indicating whether embedded metrics are written, where the function has them (<see cref="MetricsBuilderExtensions.UseEmbeddedMetrics"/>).</summary>
    /// <value>The default is <see langword="true"/>; configuration turns them off without a change of code.</value>
    public bool EmbeddedMetrics { get; set; } = true;

    internal void Validate(ICollection<string> failures)
    {
        if (DeadlineMargin < TimeSpan.FromMilliseconds(10) || DeadlineMargin > TimeSpan.FromMinutes(1))
        {
            failures.Add($"ServerlessInference:Function: DeadlineMargin is {DeadlineMargin}; it must be between 10 ms and 1 minute.");
        }

        if (ManagedMemoryPercent is not 0 and (< 10 or > 90))
        {
            failures.Add($"ServerlessInference:Function: ManagedMemoryPercent is {ManagedMemoryPercent}; it must be 0 or between 10 and 90.");
        }
    }
}

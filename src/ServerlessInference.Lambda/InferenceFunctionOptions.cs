namespace ServerlessInference.Lambda;

/// <summary>Options of the function itself.</summary>
/// <remarks>
/// They are read from the configuration section <c>ServerlessInference:Function</c> (environment variables:
/// <c>ServerlessInference__Function__DeadlineMargin</c> and so on); code overrides them with
/// <see cref="InferenceFunctionBuilder.Configure"/>.
/// </remarks>
public sealed class InferenceFunctionOptions
{
    /// <summary>Gets or sets how long before Lambda's deadline an invocation is cancelled, so that there is time to answer.</summary>
    /// <value>
    /// 10 ms to 1 minute. The default is 500 ms. If an invocation begins with less than four times the margin left, the margin is a quarter
    /// of the time that is left.
    /// </value>
    public TimeSpan DeadlineMargin { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Gets or sets the maximum share of the function's memory for the managed heap; the rest is for ONNX Runtime.</summary>
    /// <value>
    /// Percent, 10 to 90; 0 sets no limit. The default is 50. It only applies to functions with models that run on Lambda, and not if the
    /// project or the environment sets another limit (<c>System.GC.HeapHardLimit</c>, <c>DOTNET_GCHeapHardLimit</c>), or if the process
    /// sees less memory. A request that needs more fails with an <see cref="OutOfMemoryException"/> (HTTP 500); without a limit, Lambda
    /// would end the process with all its requests.
    /// </value>
    public int ManagedMemoryPercent { get; set; } = 50;

    /// <summary>
    /// Gets or sets a value indicating whether embedded metrics are written, if the function calls
    /// <see cref="InferenceFunctionBuilder.UseEmbeddedMetrics"/>.
    /// </summary>
    /// <value>The default is <see langword="true"/>; configuration can turn them off without a code change.</value>
    public bool EmbeddedMetrics { get; set; } = true;

    internal void Validate(ICollection<string> failures)
    {
        if (DeadlineMargin < TimeSpan.FromMilliseconds(10) || DeadlineMargin > TimeSpan.FromMinutes(1))
        {
            failures.Add($"ServerlessInference:Function: DeadlineMargin is {DeadlineMargin}; it must be between 10 ms and 1 minute.");
        }

        if (ManagedMemoryPercent is not 0 and (< 10 or > 90))
        {
            failures.Add(
                $"ServerlessInference:Function: ManagedMemoryPercent is {ManagedMemoryPercent}; it must be 0 or between 10 and 90.");
        }
    }
}

namespace ServerlessInference.Lambda;

/// <summary>Sends the library's figures to CloudWatch.</summary>
public static class MetricsBuilderExtensions
{
    /// <summary>Writes the figures of each invocation to the log in CloudWatch's embedded metric format, which makes metrics of them without a call.</summary>
    /// <param name="builder">The function.</param>
    /// <param name="metricNamespace">The metrics' namespace in CloudWatch: 1 to 255 characters, not beginning with a colon.</param>
    /// <returns>The function.</returns>
    /// <remarks>
    /// <para>Metrics with the dimension <c>Model</c>: <c>PreprocessingTime</c>, <c>InferenceTime</c> and <c>PostprocessingTime</c> in
    /// milliseconds, <c>BatchSize</c> and <c>Failures</c> as counts. With <c>Model</c> and <c>Source</c>: <c>ModelLoadTime</c>. With
    /// <c>FunctionName</c>, at an environment's first event: <c>ColdStart</c> as a count, and <c>ColdStartTime</c>, from the program's
    /// beginning to that event's answer. The request's id stands beside them.</para>
    /// <para><see cref="InferenceFunctionOptions.EmbeddedMetrics"/> turns them off, <c>ServerlessInference__Function__EmbeddedMetrics=false</c> too.</para>
    /// <para>They are heard from the <see cref="System.Diagnostics.Metrics.Meter"/> named <c>ServerlessInference</c>; two functions in
    /// one process, as in tests, hear each other's. Source: the CloudWatch embedded metric format specification.</para>
    /// </remarks>
    /// <exception cref="ArgumentException">The namespace is none.</exception>
    public static InferenceFunctionBuilder UseEmbeddedMetrics(this InferenceFunctionBuilder builder, string metricNamespace = "ServerlessInference")
    {
        const int Longest = 255;
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(metricNamespace);
        if (metricNamespace.Length > Longest || metricNamespace[0] == ':')
        {
            throw new ArgumentException($"'{metricNamespace}' is no namespace of CloudWatch: it must have at most {Longest} characters and not begin with a colon.", nameof(metricNamespace));
        }

        builder.MetricNamespace = metricNamespace;
        return builder;
    }
}

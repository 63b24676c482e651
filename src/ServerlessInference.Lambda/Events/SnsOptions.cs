namespace ServerlessInference.Lambda.Events;

/// <summary>Options of notifications that SNS delivers to the function.</summary>
public sealed class SnsOptions
{
    /// <summary>Gets or sets the name or the ARN of the topic. It is needed only if several topics are mapped.</summary>
    /// <value><see langword="null"/>, the default, maps every topic.</value>
    public string? Source { get; set; }

    /// <summary>
    /// Gets or sets a value indicating whether a notification with an invalid input is written to the sink as an error and then skipped.
    /// </summary>
    /// <value>
    /// The default is <see langword="true"/>, because Lambda would only repeat it. With <see langword="false"/>, and without a sink
    /// (<c>ToNothing</c>), the invocation fails, and Lambda sends it to the function's destination for failures.
    /// </value>
    public bool SkipInvalidRecords { get; set; } = true;

    /// <summary>
    /// Gets the inputs that a notification may name instead of containing them: <c>{"s3":"s3://bucket/key"}</c>,
    /// <c>{"bucket":"…","key":"…"}</c>, <c>{"url":"https://…"}</c>, or the URI alone.
    /// </summary>
    public ReferenceOptions References => ReferencesOrNull ??= new ReferenceOptions();

    /// <summary>Gets the references, or <see langword="null"/> if the application has not configured any.</summary>
    internal ReferenceOptions? ReferencesOrNull { get; private set; }
}

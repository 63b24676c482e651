namespace ServerlessInference.Lambda.Events;

/// <summary>Options of events that EventBridge delivers to the function.</summary>
public sealed class EventBridgeOptions
{
    /// <summary>Gets or sets the <c>source</c> of the events, such as <c>shop.reviews</c>.</summary>
    /// <value><see langword="null"/>, the default, maps every source.</value>
    public string? Source { get; set; }

    /// <summary>Gets or sets the <c>detail-type</c> of the events, such as <c>Review Posted</c>.</summary>
    /// <value><see langword="null"/>, the default, maps every type.</value>
    public string? DetailType { get; set; }

    /// <summary>
    /// Gets or sets a value indicating whether an event with an invalid input is written to the sink as an error and then skipped.
    /// </summary>
    /// <value>
    /// The default is <see langword="true"/>, because Lambda would only repeat it. With <see langword="false"/>, and without a sink
    /// (<c>ToNothing</c>), the invocation fails, and Lambda sends it to the function's destination for failures.
    /// </value>
    public bool SkipInvalidRecords { get; set; } = true;

    /// <summary>
    /// Gets the inputs that an event's detail may name instead of containing them: <c>{"s3":"s3://bucket/key"}</c>,
    /// <c>{"bucket":"…","key":"…"}</c> or <c>{"url":"https://…"}</c>.
    /// </summary>
    public ReferenceOptions References => ReferencesOrNull ??= new ReferenceOptions();

    /// <summary>Gets the references, or <see langword="null"/> if the application has not configured any.</summary>
    internal ReferenceOptions? ReferencesOrNull { get; private set; }
}

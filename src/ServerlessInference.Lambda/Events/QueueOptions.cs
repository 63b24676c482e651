namespace ServerlessInference.Lambda.Events;

/// <summary>Options of messages of an SQS queue.</summary>
public sealed class QueueOptions
{
    /// <summary>Gets or sets the name or the ARN of the queue. It is needed only if several queues are mapped.</summary>
    /// <value><see langword="null"/>, the default, maps every queue.</value>
    public string? Source { get; set; }

    /// <summary>
    /// Gets or sets a value indicating whether a message with an invalid input is written to the sink as an error, and not reported as
    /// failed.
    /// </summary>
    /// <value>
    /// The default is <see langword="false"/>: the message is reported as failed, and redelivered until the queue's redrive policy moves it
    /// to the dead-letter queue.
    /// </value>
    public bool SkipInvalidRecords { get; set; }

    /// <summary>
    /// Gets the inputs that a message may name instead of containing them: <c>{"s3":"s3://bucket/key"}</c>,
    /// <c>{"bucket":"…","key":"…"}</c>, <c>{"url":"https://…"}</c>, or the URI alone.
    /// </summary>
    public ReferenceOptions References => ReferencesOrNull ??= new ReferenceOptions();

    /// <summary>Gets the references, or <see langword="null"/> if the application has not configured any.</summary>
    internal ReferenceOptions? ReferencesOrNull { get; private set; }
}

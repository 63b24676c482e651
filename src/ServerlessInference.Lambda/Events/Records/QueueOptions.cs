namespace ServerlessInference.Lambda;

/// <summary>How messages of a queue are treated.</summary>
public sealed class QueueOptions
{
    /// <summary>Gets or sets the queue, where several are mapped: its name or its ARN.</summary>
    /// <value><see langword="null"/>, the default, is any queue.</value>
    public string? Source { get; set; }

    /// <summary>Gets or sets a value indicating whether a message whose input can never be used is written to the sink as an error and not reported.</summary>
    /// <value>The default is <see langword="false"/>: it comes again until the queue's redrive policy moves it to where somebody looks.</value>
    public bool PassOverUnusable { get; set; }

    /// <summary>
    /// Gets which inputs a message may name instead of holding them: <c>{"s3":"s3://bucket/key"}</c>, <c>{"bucket":"…","key":"…"}</c>,
    /// <c>{"url":"https://…"}</c>, or the bare URI.
    /// </summary>
    public ReferenceOptions References => ReferencesOrNull ??= new ReferenceOptions();

    /// <summary>Gets what may be named, where somebody asked for it.</summary>
    internal ReferenceOptions? ReferencesOrNull { get; private set; }
}

namespace ServerlessInference.Lambda.Events;

/// <summary>Options of direct calls and steps of state machines.</summary>
public sealed class DirectOptions
{
    /// <summary>Gets the inputs that a call may name instead of containing them: objects in S3, and URLs.</summary>
    public ReferenceOptions References => ReferencesOrNull ??= new ReferenceOptions();

    /// <summary>Gets or sets the maximum number of inputs of one call.</summary>
    /// <value>1 to 10,000. The default is 1,000.</value>
    public int MaxInputs { get; set; } = 1000;

    /// <summary>Gets the references, or <see langword="null"/> if the application has not configured any.</summary>
    internal ReferenceOptions? ReferencesOrNull { get; private set; }
}

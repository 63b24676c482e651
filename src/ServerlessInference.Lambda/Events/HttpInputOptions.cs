namespace ServerlessInference.Lambda.Events;

/// <summary>Options of a path that answers HTTP requests.</summary>
public sealed class HttpInputOptions
{
    /// <summary>
    /// Gets the inputs that a request may name instead of containing them: objects in S3, and URLs. The caller's own permissions are not
    /// checked.
    /// </summary>
    public ReferenceOptions References => ReferencesOrNull ??= new ReferenceOptions();

    /// <summary>Gets the references, or <see langword="null"/> if the application has not configured any.</summary>
    internal ReferenceOptions? ReferencesOrNull { get; private set; }
}

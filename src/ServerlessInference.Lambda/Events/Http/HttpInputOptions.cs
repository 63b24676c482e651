using ServerlessInference.Results;

namespace ServerlessInference.Lambda;

/// <summary>What HTTP requests of a path may name, and where results go beside the answer.</summary>
public sealed class HttpInputOptions
{
    /// <summary>Gets which inputs a request may name instead of sending them: objects of S3, URLs. The caller's own permissions are not asked.</summary>
    public ReferenceOptions References => ReferencesOrNull ??= new ReferenceOptions();

    /// <summary>Gets where results go beside the answer; nowhere by default. A sink that fails fails the request.</summary>
    public ResultTarget Results { get; } = new();

    /// <summary>Gets what may be named, where somebody asked for it.</summary>
    internal ReferenceOptions? ReferencesOrNull { get; private set; }
}

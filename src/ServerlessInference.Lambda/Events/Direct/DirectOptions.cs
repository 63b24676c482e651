using ServerlessInference.Results;

namespace ServerlessInference.Lambda;

/// <summary>How direct calls and steps of state machines are treated.</summary>
public sealed class DirectOptions
{
    /// <summary>Gets which inputs a call may name instead of holding them: objects of S3, URLs.</summary>
    public ReferenceOptions References => ReferencesOrNull ??= new ReferenceOptions();

    /// <summary>Gets where results go beside the answer; nowhere by default.</summary>
    public ResultTarget Results { get; } = new();

    /// <summary>Gets or sets how many inputs a call may have.</summary>
    /// <value>1 to 10,000. The default is 1,000.</value>
    public int MaxInputs { get; set; } = 1000;

    /// <summary>Gets what may be named, where somebody asked for it.</summary>
    internal ReferenceOptions? ReferencesOrNull { get; private set; }
}

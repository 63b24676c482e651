using ServerlessInference.Lambda.Events.Records;

namespace ServerlessInference.Lambda.Events;

/// <summary>Options of a path that answers HTTP requests.</summary>
public sealed class HttpInputOptions
{
    private const int MaxMaxInputs = 1000;

    /// <summary>
    /// Gets the inputs that a request may name instead of containing them: objects in S3, and URLs. The caller's own permissions are not
    /// checked.
    /// </summary>
    public ReferenceOptions References => ReferencesOrNull ??= new ReferenceOptions();

    /// <summary>Gets or sets the maximum number of inputs in one request: files of a form, or instances of a JSON document.</summary>
    /// <value>1 to 1,000. The default is 100.</value>
    public int MaxInputs { get; set; } = 100;

    /// <summary>Gets or sets the maximum size of a compressed body (<c>Content-Encoding: gzip</c>) after it was decompressed.</summary>
    /// <value>In bytes, up to 512 MiB. The default is 20 MiB.</value>
    public int MaxInflatedBytes { get; set; } = StreamRules.DefaultMaxInflatedBytes;

    /// <summary>Gets the references, or <see langword="null"/> if the application has not configured any.</summary>
    internal ReferenceOptions? ReferencesOrNull { get; private set; }

    internal void Validate(ICollection<string> failures)
    {
        ReferencesOrNull?.Validate("MapHttp", failures);
        if (MaxInputs is < 1 or > MaxMaxInputs)
        {
            failures.Add($"MapHttp: MaxInputs is {MaxInputs}; it must be between 1 and {MaxMaxInputs}.");
        }

        StreamRules.Validate("MapHttp", MaxInflatedBytes, failures);
    }
}

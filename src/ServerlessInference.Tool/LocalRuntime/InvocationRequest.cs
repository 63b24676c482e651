namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>A call of the function.</summary>
/// <param name="Payload">The event: JSON in UTF-8. It must not change until the call is answered.</param>
internal sealed record InvocationRequest(ReadOnlyMemory<byte> Payload)
{
    /// <summary>Gets the client context as JSON, or null.</summary>
    public string? ClientContext { get; init; }

    /// <summary>Gets the X-Ray trace header, or null for a new one.</summary>
    public string? TraceId { get; init; }
}

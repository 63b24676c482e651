namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>One call of the function.</summary>
/// <param name="Payload">The event, JSON in UTF-8; read until the call is answered.</param>
internal sealed record InvocationRequest(ReadOnlyMemory<byte> Payload)
{
    /// <summary>The client context, JSON, or null.</summary>
    public string? ClientContext { get; init; }

    /// <summary>The X-Ray trace header, or null for a new one.</summary>
    public string? TraceId { get; init; }
}

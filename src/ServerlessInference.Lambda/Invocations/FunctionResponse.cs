namespace ServerlessInference.Lambda.Invocations;

/// <summary>The function's response to one event.</summary>
/// <remarks>Immutable; it owns its bytes.</remarks>
public sealed class FunctionResponse
{
    internal FunctionResponse(ReadOnlyMemory<byte> body, string contentType, FunctionError? error)
    {
        Body = body;
        ContentType = contentType;
        Error = error;
    }

    /// <summary>Gets the response's bytes; for a failed invocation, the error in Lambda's format.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>Gets the content type; <c>application/json</c> for everything that this library writes.</summary>
    public string ContentType { get; }

    /// <summary>
    /// Gets the reason why the invocation failed; <see langword="null"/> if it succeeded. An HTTP response with an error status counts as a
    /// success.
    /// </summary>
    public FunctionError? Error { get; }
}

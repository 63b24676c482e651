namespace ServerlessInference.Lambda;

/// <summary>What a function answered to one event.</summary>
/// <remarks>Immutable; it owns its bytes.</remarks>
public sealed class FunctionResponse
{
    internal FunctionResponse(ReadOnlyMemory<byte> body, string contentType, FunctionError? error)
    {
        Body = body;
        ContentType = contentType;
        Error = error;
    }

    /// <summary>Gets the bytes that Lambda gets; for a failed invocation, the error as Lambda expects it.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>Gets the content type, <c>application/json</c> for all that this library writes.</summary>
    public string ContentType { get; }

    /// <summary>Gets why the invocation failed; <see langword="null"/> where it did not. An HTTP answer with an error status is no failure.</summary>
    public FunctionError? Error { get; }
}

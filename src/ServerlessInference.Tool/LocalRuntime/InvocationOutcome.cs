namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>How an invocation ended.</summary>
/// <param name="Payload">The response, or the error as JSON, that the caller receives.</param>
/// <param name="ContentType">The content type of the payload as the function set it, or null.</param>
/// <param name="Streamed">Whether the function answered in streaming mode.</param>
/// <param name="Error">The error; null if the function answered normally.</param>
/// <param name="AnsweredAt">The timestamp of the answer's last byte.</param>
internal sealed record InvocationOutcome(
    ReadOnlyMemory<byte> Payload, string? ContentType, bool Streamed, FunctionError? Error, long AnsweredAt)
{
    /// <summary>Creates the outcome of an invocation that the platform, not the function, ends with an error.</summary>
    public static InvocationOutcome Failed(FunctionError error, long at) =>
        new(RuntimeApiJson.Error(error.Type, error.Message), "application/json", false, error, at);
}

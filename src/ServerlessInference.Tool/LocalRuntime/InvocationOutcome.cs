namespace ServerlessInference.Tool.LocalRuntime;

/// <summary>How an invocation ended.</summary>
/// <param name="Payload">What the caller gets: the response, or the error as JSON.</param>
/// <param name="ContentType">The payload's content type as the function gave it, or null.</param>
/// <param name="Streamed">Whether the function answered in streaming mode.</param>
/// <param name="Error">Null where the function answered normally.</param>
/// <param name="AnsweredAt">The time stamp of the answer's last byte.</param>
internal sealed record InvocationOutcome(
    ReadOnlyMemory<byte> Payload, string? ContentType, bool Streamed, FunctionError? Error, long AnsweredAt)
{
    /// <summary>An outcome that the platform, not the function, decides.</summary>
    public static InvocationOutcome Failed(FunctionError error, long at) =>
        new(RuntimeApiJson.Error(error.Type, error.Message), "application/json", false, error, at);
}

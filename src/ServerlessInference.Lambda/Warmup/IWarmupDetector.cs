namespace ServerlessInference.Lambda.Warmup;

/// <summary>Recognises events whose only purpose is to keep the function warm, from their raw bytes.</summary>
/// <remarks>
/// Such an event loads the models, runs each of them once on synthetic input, and is answered without running code of the application.
/// Register one detector per sender with <see cref="InferenceFunctionBuilder.UseWarmup(IWarmupDetector)"/>; the first that recognises an
/// event decides. Implementations are thread-safe.
/// </remarks>
/// <example>
/// <code>
/// public sealed class NightlyJobDetector : IWarmupDetector
/// {
///     public bool TryDetect(ReadOnlySpan&lt;byte> payload, out WarmupRequest request)
///     {
///         request = new WarmupRequest("nightly-job");
///         return payload.SequenceEqual("\"wake up\""u8);
///     }
/// }
/// </code>
/// </example>
public interface IWarmupDetector
{
    /// <summary>Examines an event.</summary>
    /// <param name="payload">The event, UTF-8 JSON of any kind. Every request is examined, so read as little as possible.</param>
    /// <param name="request">What the sender asks for.</param>
    /// <returns>Whether the event is a warm-up.</returns>
    bool TryDetect(ReadOnlySpan<byte> payload, out WarmupRequest request);
}

namespace ServerlessInference.Warmup;

/// <summary>Decides from the raw event whether a request only keeps the function warm.</summary>
/// <remarks>
/// Such a request loads the model, runs one real inference on synthetic input, and returns without touching the user's code.
/// Register as many as there are senders; the first that recognises an event decides. Thread-safe.
/// </remarks>
public interface IWarmupDetector
{
    /// <summary>Looks at an event.</summary>
    /// <param name="payload">The event, UTF-8 JSON; may be anything. It is on every request's path, so look at little of it.</param>
    /// <param name="request">What the sender wants.</param>
    /// <returns>Whether it is a warm-up.</returns>
    bool TryDetect(ReadOnlySpan<byte> payload, out WarmupRequest request);
}

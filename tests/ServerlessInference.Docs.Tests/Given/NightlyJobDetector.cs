using ServerlessInference.Lambda.Warmup;

namespace ServerlessInference.Docs.Tests.Given;

/// <summary>A warm-up event of the application's own.</summary>
public sealed class NightlyJobDetector : IWarmupDetector
{
    public bool TryDetect(ReadOnlySpan<byte> payload, out WarmupRequest request)
    {
        request = default!;
        return false;
    }
}

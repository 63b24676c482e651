using ServerlessInference.Vision.Detection.Internal.Suppression;

namespace ServerlessInference.Vision.Detection.Internal;

/// <summary>Memory that detection keeps with a batch, from request to request.</summary>
internal sealed class DetectionWorkspace
{
    /// <summary>Gets the boxes above the lowest score.</summary>
    public CandidateBuffer Candidates { get; } = new();

    /// <summary>Gets what suppresses overlapping ones.</summary>
    public NonMaxSuppression Suppression { get; } = new();
}

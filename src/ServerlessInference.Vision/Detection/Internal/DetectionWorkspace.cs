using ServerlessInference.Vision.Detection.Suppression;

namespace ServerlessInference.Vision.Detection;

/// <summary>The working memory of detection. It belongs to a batch and is reused from request to request.</summary>
internal sealed class DetectionWorkspace
{
    /// <summary>Gets the buffer for boxes above the minimum score.</summary>
    public CandidateBuffer Candidates { get; } = new();

    /// <summary>Gets the suppression of overlapping boxes, with its working memory.</summary>
    public NonMaxSuppression Suppression { get; } = new();
}

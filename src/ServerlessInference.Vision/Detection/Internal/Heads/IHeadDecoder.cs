using ServerlessInference.Vision.Detection.Suppression;

namespace ServerlessInference.Vision.Detection.Heads;

/// <summary>Decodes the boxes of one kind of head. Implementations are thread-safe and stateless.</summary>
/// <remarks>
/// A candidate has the index of its box. With it, an answer with masks, keypoints or angles finds the further values of the box after
/// suppression (<see cref="IDetectionAnswer{TAnswer}"/>).
/// </remarks>
internal interface IHeadDecoder
{
    /// <summary>Decodes the boxes above a score.</summary>
    /// <param name="output">The part of the output that belongs to one image.</param>
    /// <param name="layout">The sizes of the output.</param>
    /// <param name="minScore">The score that a box must exceed.</param>
    /// <param name="candidates">Receives the boxes in the order of the output, in pixels of the model's input.</param>
    void Decode(ReadOnlySpan<float> output, in HeadLayout layout, float minScore, CandidateBuffer candidates);
}

using ServerlessInference.Vision.Detection.Internal.Suppression;

namespace ServerlessInference.Vision.Detection.Internal.Heads;

/// <summary>Recognises one kind of head and decodes candidates from it. Implementations are thread-safe and stateless.</summary>
/// <remarks>
/// A candidate has the index of its box. With it, a postprocessor of masks, keypoints or angles can find the other values of the box after
/// suppression. Such a head needs its own decoder and postprocessor, but no change to this interface.
/// </remarks>
internal interface IDetectionHeadDecoder
{
    /// <summary>Gets the head.</summary>
    DetectionHead Head { get; }

    /// <summary>Gets the name and the axes of the head, for messages.</summary>
    string Description { get; }

    /// <summary>Gets the score that a box must exceed by default, which is the default of the tool that the head comes from.</summary>
    float DefaultMinScore { get; }

    /// <summary>
    /// Gets the default overlap up to which boxes are kept, which is the default of the tool that the head comes from;
    /// <see langword="null"/> if nothing is suppressed.
    /// </summary>
    float? DefaultIouThreshold { get; }

    /// <summary>Explains why an output does not have this head.</summary>
    /// <param name="query">The known properties of the output.</param>
    /// <returns>
    /// The reason, or <see langword="null"/> if the output has this head, or may have it because some axes are not known.
    /// </returns>
    string? GetMismatch(in HeadQuery query);

    /// <summary>Computes the sizes of an output that matches.</summary>
    /// <param name="query">The properties of the output, all of which are known.</param>
    /// <returns>The sizes.</returns>
    HeadLayout CreateLayout(in HeadQuery query);

    /// <summary>Decodes the boxes above a score.</summary>
    /// <param name="output">The part of the output that belongs to one image.</param>
    /// <param name="layout">The sizes of the output.</param>
    /// <param name="minScore">The score that a box must exceed.</param>
    /// <param name="candidates">Receives the boxes in the order of the output, in pixels of the model's input.</param>
    void Decode(ReadOnlySpan<float> output, in HeadLayout layout, float minScore, CandidateBuffer candidates);
}

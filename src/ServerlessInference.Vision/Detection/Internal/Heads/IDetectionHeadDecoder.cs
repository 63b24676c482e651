using ServerlessInference.Vision.Detection.Internal.Suppression;

namespace ServerlessInference.Vision.Detection.Internal.Heads;

/// <summary>Knows one head: whether an output is one, and how to read candidates from it. Thread-safe: holds no state.</summary>
/// <remarks>
/// A candidate keeps the index of its box, by which a decoder of masks, keypoints or angles finds the rest of its values after
/// suppression: such a head needs a decoder and a postprocessor of its own, and no change here.
/// </remarks>
internal interface IDetectionHeadDecoder
{
    /// <summary>Gets the head.</summary>
    DetectionHead Head { get; }

    /// <summary>Gets the head's name and axes, for messages.</summary>
    string Description { get; }

    /// <summary>Gets what a score must be above, as the head's own tool has it.</summary>
    float DefaultMinScore { get; }

    /// <summary>Gets the overlap up to which boxes are kept, as the head's own tool has it; <see langword="null"/> where nothing is suppressed.</summary>
    float? DefaultIouThreshold { get; }

    /// <summary>Says why an output is not of this head.</summary>
    /// <param name="query">What is known of the output.</param>
    /// <returns>The reason; <see langword="null"/> where the output is of this head, or may be as long as axes are not known.</returns>
    string? Reject(in HeadQuery query);

    /// <summary>Gives the sizes for an output that was not rejected.</summary>
    /// <param name="query">What is known of the output: everything.</param>
    /// <returns>The sizes.</returns>
    HeadLayout Layout(in HeadQuery query);

    /// <summary>Reads the boxes above a score.</summary>
    /// <param name="output">One image's part of the output.</param>
    /// <param name="layout">Its sizes.</param>
    /// <param name="minScore">What a score must be above.</param>
    /// <param name="candidates">Takes the boxes, in pixels of the model's input, in the order of the output.</param>
    void Decode(ReadOnlySpan<float> output, in HeadLayout layout, float minScore, CandidateBuffer candidates);
}

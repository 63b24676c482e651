using ServerlessInference.Imaging.Processing;
using ServerlessInference.Sessions;
using ServerlessInference.Vision.Detection.Heads;
using ServerlessInference.Vision.Detection.Suppression;

namespace ServerlessInference.Vision.Detection;

/// <summary>What was detected in one image of a batch. Valid only while its answer is created.</summary>
internal readonly ref struct ImageDetections
{
    /// <summary>Gets the batch, which has the other outputs of the model.</summary>
    public required InferenceBatch Batch { get; init; }

    /// <summary>Gets the index of the image in the batch.</summary>
    public required int Row { get; init; }

    /// <summary>Gets the labels of the model. Empty if it has none.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Gets the part of the output with the boxes that belongs to the image.</summary>
    public required ReadOnlySpan<float> Output { get; init; }

    /// <summary>Gets the sizes of the output.</summary>
    public required HeadLayout Layout { get; init; }

    /// <summary>Gets the boxes above the minimum score, in pixels of the model's input.</summary>
    public required ReadOnlySpan<Candidate> Candidates { get; init; }

    /// <summary>Gets the transform from pixels of the model's input to pixels of the original image.</summary>
    public required LetterboxTransform Transform { get; init; }
}

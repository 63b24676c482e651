using ServerlessInference.Sessions;
using ServerlessInference.Vision.Detection.Internal;

namespace ServerlessInference.Vision.Detection;

/// <summary>Tells of a model how it writes its boxes, as <see cref="VisionModelBuilderExtensions.UseObjectDetection"/> does when it loads one.</summary>
/// <remarks>Thread-safe. Judged by metadata, the number of labels, and the shapes of inputs and outputs; docs/architecture/detection.md has the
/// table. Without labels and metadata the shapes alone speak, and they may fit what is no detector.</remarks>
public static class DetectionHeads
{
    /// <summary>Finds the heads that a model's outputs may be of.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">What is set already; <see langword="null"/> for the defaults.</param>
    /// <returns>The heads that fit: several only where axes are not known before the model runs; none where no output fits one.</returns>
    /// <exception cref="ModelLoadException">The model's labels are in no known format.</exception>
    public static IReadOnlyList<DetectionHead> Find(LoadedModel model, DetectionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        HeadSelection selection = new DetectionModel(model, options ?? new DetectionOptions()).Selection;
        return selection.IsFound ? [.. selection.Decoders.Select(decoder => decoder.Head)] : [];
    }
}

using ServerlessInference.Sessions;
using ServerlessInference.Vision.Detection;

namespace ServerlessInference.Vision;

/// <summary>
/// Determines the format in which a model outputs its boxes, in the same way as
/// <see cref="VisionModelBuilderExtensions.UseObjectDetection"/> when it loads a model.
/// </summary>
/// <remarks>
/// Thread-safe. The result follows from the metadata, the number of labels, and the shapes of inputs and outputs;
/// docs/architecture/detection.md has the table. Without labels and metadata only the shapes are left, and a model that is not a detector
/// may happen to match.
/// </remarks>
/// <example>
/// <code>
/// foreach (DetectionHead head in DetectionHeads.Find(model))
/// {
///     Console.WriteLine(head);
/// }
/// </code>
/// </example>
public static class DetectionHeads
{
    /// <summary>Finds the heads that match the outputs of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">The options that are set; <see langword="null"/> for the defaults.</param>
    /// <returns>
    /// The matching heads. There are several only if some axes are not known before the model runs. Empty if no output matches a head.
    /// </returns>
    /// <exception cref="ModelLoadException">The file with the labels of the model has an unknown format.</exception>
    public static IReadOnlyList<DetectionHead> Find(LoadedModel model, DetectionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        var detection = new DetectionModel(model, options ?? new DetectionOptions(), DetectionTask.Boxes);
        if (!detection.Selection.IsFound)
        {
            return [];
        }

        // Not for its result, but because it records in the model how images are letterboxed.
        detection.CreatePreprocessing();
        return [.. detection.Selection.Heads.Select(head => head.Head)];
    }
}

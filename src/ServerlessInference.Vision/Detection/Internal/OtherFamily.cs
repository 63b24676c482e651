using ServerlessInference.Tensors;

namespace ServerlessInference.Vision.Detection;

/// <summary>Recognises detectors of other families by the names and shapes of their outputs.</summary>
internal static class OtherFamily
{
    private const int BoxValues = 4;

    /// <summary>Describes a model that has its boxes in an output of their own: DETR, SSD, YOLO-NAS, PP-YOLOE, RetinaFace.</summary>
    /// <param name="outputs">The outputs.</param>
    /// <returns>The end of a sentence about the model; <see langword="null"/> if it is none of these.</returns>
    public static string? Describe(IReadOnlyList<ValueDescription> outputs)
    {
        if (outputs.Count < 2)
        {
            return null;
        }

        foreach (ValueDescription output in outputs)
        {
            bool hasShapeOfBoxes = output.Shape is [_, BoxValues] or [_, _, BoxValues];
            if (output.Kind == ValueKind.Tensor && (hasShapeOfBoxes || HasNameOfBoxes(output.Name)))
            {
                return $"has its boxes in an output of their own ({output}), as detectors of other families do; the supported heads have " +
                    $"boxes and scores in one output. Its outputs are {string.Join(", ", outputs)}. Export a YOLO model, or read the " +
                    "outputs with your own postprocessor (UseImagePipeline).";
            }
        }

        return null;
    }

    private static bool HasNameOfBoxes(string name) => name.Contains("box", StringComparison.OrdinalIgnoreCase);
}

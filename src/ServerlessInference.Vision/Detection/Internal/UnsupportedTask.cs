using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Tensors;
using ServerlessInference.Vision.Detection.Internal.Heads;
using ServerlessInference.Vision.Internal;

namespace ServerlessInference.Vision.Detection.Internal;

/// <summary>Recognises models that find more than upright boxes, so that they are refused instead of misread.</summary>
internal static class UnsupportedTask
{
    /// <summary>Ultralytics' mask coefficients.</summary>
    private const int Masks = 32;

    /// <summary>COCO's keypoints, each x, y and visibility.</summary>
    private const int CocoKeypointValues = 17 * 3;

    /// <summary>Says what a model is, if it is no detector of upright boxes, by its metadata.</summary>
    /// <returns>What it is and what to do; <see langword="null"/> where the metadata does not say so.</returns>
    public static string? ByMetadata(UltralyticsMetadata metadata) => metadata switch
    {
        { IsClassifier: true } => "is an image classifier (its metadata's task is 'classify'). Call UseImageClassification instead of UseObjectDetection.",
        { Task: "segment" } => Refuse("a segmentation model", "its metadata's task is 'segment'"),
        { Task: "pose" } or { HasKeypoints: true } => Refuse("a pose model", "its metadata's task is 'pose'"),
        { Task: "obb" } => Refuse("a model of oriented boxes", "its metadata's task is 'obb'"),
        { Task: not (null or "detect") } => Refuse("no detection model", $"its metadata's task is '{metadata.Task}'"),
        _ => null,
    };

    /// <summary>Says what a model is, if it is no detector of upright boxes, by the shapes of its outputs.</summary>
    /// <param name="outputs">The outputs.</param>
    /// <param name="labels">The number of class names; 0 where there are none.</param>
    /// <returns>What it is and what to do; <see langword="null"/> where the shapes do not say so.</returns>
    public static string? ByShape(IReadOnlyList<ValueDescription> outputs, int labels)
    {
        long prototypes = Prototypes(outputs);
        foreach (ValueDescription output in outputs)
        {
            if (output is not { Kind: ValueKind.Tensor, Shape.Length: 3 })
            {
                continue;
            }

            // The values of a box in each head's layout; without labels at least one class is among them.
            int classes = Math.Max(labels, 1);
            string? found =
                More(output.Shape[1] - 4 - classes, prototypes, labels) ??
                More(output.Shape[2] - 5 - classes, prototypes, labels) ??
                More(output.Shape[2] - EndToEndDecoder.Values, prototypes, classes);
            if (found is not null)
            {
                return Refuse(found, $"so the shape of its output {output} says");
            }
        }

        return null;
    }

    // What the values that no class accounts for are.
    private static string? More(long values, long prototypes, int labels)
    {
        if (prototypes > 0 && (labels > 0 ? values == prototypes : prototypes == Masks && values >= Masks))
        {
            return "a segmentation model";
        }

        return values == CocoKeypointValues ? "a pose model" : values == 1 && labels > 0 ? "a model of oriented boxes" : null;
    }

    // Masks are put together of prototypes [n, m, height / 4, width / 4].
    private static long Prototypes(IReadOnlyList<ValueDescription> outputs)
    {
        foreach (ValueDescription output in outputs)
        {
            if (output is { Kind: ValueKind.Tensor, ElementType: TensorElementType.Float or TensorElementType.Float16, Shape.Length: 4 } && output.Shape[1] > 0)
            {
                return output.Shape[1];
            }
        }

        return 0;
    }

    private static string Refuse(string what, string why) =>
        $"is {what} ({why}); only upright boxes are read. Export a detection model, or read the outputs with a postprocessor of your own (UsePipeline).";
}

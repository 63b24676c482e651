using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Tensors;
using ServerlessInference.Vision.Detection.Internal.Heads;
using ServerlessInference.Vision.Internal;

namespace ServerlessInference.Vision.Detection.Internal;

/// <summary>Recognises models that detect more than axis-aligned boxes, so that they are rejected instead of misinterpreted.</summary>
internal static class UnsupportedTask
{
    /// <summary>The number of mask coefficients in Ultralytics' segmentation models.</summary>
    private const int MaskCoefficients = 32;

    /// <summary>The number of values of COCO's 17 keypoints, each with x, y and visibility.</summary>
    private const int CocoKeypointValues = 17 * 3;

    /// <summary>Describes, from the metadata, a model that does not detect axis-aligned boxes.</summary>
    /// <returns>
    /// The end of a sentence: what the model is and what to do. <see langword="null"/> if the metadata does not state another task.
    /// </returns>
    public static string? DescribeFromMetadata(UltralyticsMetadata metadata) => metadata switch
    {
        { IsClassifier: true } =>
            "is an image classifier (the task in its metadata is 'classify'). Call UseImageClassification instead of UseObjectDetection.",
        { Task: "segment" } => Describe("a segmentation model", "the task in its metadata is 'segment'"),
        { Task: "pose" } or { HasKeypoints: true } => Describe("a pose model", "the task in its metadata is 'pose'"),
        { Task: "obb" } => Describe("a model of oriented boxes", "the task in its metadata is 'obb'"),
        { Task: not (null or "detect") } => Describe("not a detection model", $"the task in its metadata is '{metadata.Task}'"),
        _ => null,
    };

    /// <summary>Describes, from the shapes of the outputs, a model that does not detect axis-aligned boxes.</summary>
    /// <param name="outputs">The outputs.</param>
    /// <param name="labels">The number of class names; 0 if there are none.</param>
    /// <returns>
    /// The end of a sentence: what the model is and what to do. <see langword="null"/> if the shapes do not indicate another task.
    /// </returns>
    public static string? DescribeFromShapes(IReadOnlyList<ValueDescription> outputs, int labels)
    {
        long prototypes = CountPrototypes(outputs);
        foreach (ValueDescription output in outputs)
        {
            if (output is not { Kind: ValueKind.Tensor, Shape.Length: 3 })
            {
                continue;
            }

            // In the layout of each head, the values that remain after the box and the classes. Without labels there is at least one class.
            int classes = Math.Max(labels, 1);
            string? task =
                GetTask(output.Shape[1] - 4 - classes, prototypes, labels) ??
                GetTask(output.Shape[2] - 5 - classes, prototypes, labels) ??
                GetTask(output.Shape[2] - EndToEndDecoder.Values, prototypes, classes);
            if (task is not null)
            {
                return Describe(task, $"according to the shape of its output {output}");
            }
        }

        return null;
    }

    // Determines the task from the number of values per box that belong neither to the box nor to the classes: mask coefficients,
    // keypoints, or an angle.
    private static string? GetTask(long values, long prototypes, int labels)
    {
        if (prototypes > 0 && (labels > 0 ? values == prototypes : prototypes == MaskCoefficients && values >= MaskCoefficients))
        {
            return "a segmentation model";
        }

        return values == CocoKeypointValues ? "a pose model" : values == 1 && labels > 0 ? "a model of oriented boxes" : null;
    }

    // Masks are linear combinations of prototypes, which are an output [n, m, height / 4, width / 4]. Returns m, or 0 without such an
    // output.
    private static long CountPrototypes(IReadOnlyList<ValueDescription> outputs)
    {
        foreach (ValueDescription output in outputs)
        {
            if (output is
                {
                    Kind: ValueKind.Tensor,
                    ElementType: TensorElementType.Float or TensorElementType.Float16,
                    Shape.Length: 4,
                }
                && output.Shape[1] > 0)
            {
                return output.Shape[1];
            }
        }

        return 0;
    }

    private static string Describe(string task, string reason) =>
        $"is {task} ({reason}); only axis-aligned boxes are supported. Export a detection model, or read the outputs with your own " +
        "postprocessor (UsePipeline).";
}

using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Tensors;
using ServerlessInference.Vision.Detection.Heads;

namespace ServerlessInference.Vision.Detection;

/// <summary>Recognises models of another task than that of the pipeline, so that they are rejected instead of misinterpreted.</summary>
internal static class UnsupportedTask
{
    /// <summary>The number of mask coefficients in Ultralytics' segmentation models.</summary>
    private const int MaskCoefficients = 32;

    /// <summary>The number of values of COCO's 17 keypoints, each with x, y and visibility.</summary>
    private const int CocoKeypointValues = 17 * 3;

    /// <summary>Describes, from the metadata, a model of another task.</summary>
    /// <param name="metadata">The metadata of its exporter.</param>
    /// <param name="task">What the model should detect.</param>
    /// <returns>
    /// The end of a sentence: what the model is and what to do. <see langword="null"/> if the metadata does not state another task.
    /// </returns>
    public static string? DescribeFromMetadata(UltralyticsMetadata metadata, DetectionTask task) => metadata switch
    {
        { IsClassifier: true } =>
            "is an image classifier (the task in its metadata is 'classify'). Call UseImageClassification instead of UseObjectDetection.",
        { Task: not null } when metadata.Task != task.Name => Describe(metadata.Task, $"the task in its metadata is '{metadata.Task}'"),
        { IsTransformer: true } =>
            "is an RT-DETR (according to the description in its metadata), whose boxes are shares of the image; only YOLO heads are " +
            "supported. Export a YOLO model, or read the outputs with your own postprocessor (UseImagePipeline).",
        { HasKeypoints: true } when task.Name != "pose" => Describe("pose", "the task in its metadata is 'pose'"),
        _ => null,
    };

    /// <summary>Describes, from the shapes of the outputs, a model of another task.</summary>
    /// <param name="outputs">The outputs.</param>
    /// <param name="labels">The number of class names; 0 if there are none.</param>
    /// <param name="task">What the model should detect.</param>
    /// <returns>
    /// The end of a sentence: what the model is and what to do. <see langword="null"/> if the shapes do not indicate another task.
    /// </returns>
    public static string? DescribeFromShapes(IReadOnlyList<ValueDescription> outputs, int labels, DetectionTask task)
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
            string? found =
                GetTask(output.Shape[1] - 4 - classes, prototypes, labels) ??
                GetTask(output.Shape[2] - 5 - classes, prototypes, labels) ??
                GetTask(output.Shape[2] - EndToEndDecoder.Values, prototypes, classes);
            if (found is not null && found != task.Name)
            {
                return Describe(found, $"according to the shape of its output {output}");
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
            return "segment";
        }

        return values == CocoKeypointValues ? "pose" : values == 1 && labels > 0 ? "obb" : null;
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

    private static string GetNoun(string task) => task switch
    {
        "segment" => "a segmentation model",
        "pose" => "a pose model",
        "obb" => "a model of oriented boxes",
        _ => "not a detection model",
    };

    private static string Describe(string task, string reason) =>
        $"is {GetNoun(task)} ({reason}); only axis-aligned boxes are supported. Export a detection model, or read the outputs with your " +
        "own postprocessor (UseImagePipeline).";
}

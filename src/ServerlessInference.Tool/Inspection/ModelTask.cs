using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Vision;

namespace ServerlessInference.Tool.Inspection;

/// <summary>The task that a model is probably for, judging by its metadata, inputs and outputs.</summary>
/// <param name="Task">The task, in Hugging Face's terms; <see langword="null"/> if it is not clear.</param>
/// <param name="Head">The kind of output, if there are several for the task.</param>
internal sealed record ModelTask(string? Task, string? Head)
{
    public static ModelTask Detect(LoadedModel loaded)
    {
        ModelDescription model = loaded.Description;
        if (model.Metadata.TryGetValue("task", out string? task) && model.Metadata.ContainsKey("names"))
        {
            return task switch
            {
                "detect" => new ModelTask("object-detection", DetectionHeadNames(loaded)),
                "classify" => DetectVision(loaded) ?? new ModelTask("image-classification", "ultralytics"),
                "segment" => new ModelTask("image-segmentation", "ultralytics"),
                "pose" => new ModelTask("keypoint-detection", "ultralytics"),
                "obb" => new ModelTask("oriented-object-detection", "ultralytics"),
                _ => new ModelTask(task, null),
            };
        }

        if (model.Inputs.Any(input => input.Name.StartsWith("input_ids", StringComparison.Ordinal)))
        {
            return TextTask.Detect(loaded);
        }

        return model.Inputs is [{ Kind: ValueKind.Tensor } only] && IsImage(only) && DetectVision(loaded) is { } vision
            ? vision
            : TableTask.Detect(model);
    }

    private static bool IsImage(ValueDescription input) =>
        input.Shape.Length == 4 && (input.Shape[1] is 3 or 1 or 4 or < 0 || input.Shape[3] is 3 or 1 or 4);

    // The preprocessor and the readers of outputs record what they decide, as they do in a function.
    private static ModelTask? DetectVision(LoadedModel loaded)
    {
        IReadOnlyList<ValueDescription> outputs = loaded.Description.Outputs;
        if (DetectionHeadNames(loaded) is { } head)
        {
            return new ModelTask("object-detection", head);
        }

        if (outputs.Count > 1 && outputs.Any(output => output.Name.Contains("box", StringComparison.OrdinalIgnoreCase)))
        {
            return new ModelTask("object-detection", "of a family that is not supported");
        }

        try
        {
            ClassScores.Read(loaded, "image-classification");
            new ImagePreprocessor().Prepare(loaded);
            bool isCustomVision = loaded.Description.IndexOfOutput("classLabel") >= 0;
            bool isUltralytics = loaded.Description.Metadata.ContainsKey("task");
            return new ModelTask(
                "image-classification", isCustomVision ? "Azure Custom Vision" : isUltralytics ? "ultralytics" : null);
        }
        catch (InferenceException)
        {
            // The model is not a classifier, or one that 'classify' refuses with the reason.
            return outputs is [{ Kind: ValueKind.Tensor } only] && only.Name.Contains("embed", StringComparison.OrdinalIgnoreCase)
                ? new ModelTask("image-feature-extraction", null)
                : null;
        }
    }

    /// <summary>Names the layouts that fit the outputs of a detector; null if the model is not a detector.</summary>
    private static string? DetectionHeadNames(LoadedModel model)
    {
        IReadOnlyList<DetectionHead> heads = DetectionHeads.Find(model);
        return heads.Count == 0 ? null : string.Join(", or ", heads.Select(GetHeadName));
    }

    private static string GetHeadName(DetectionHead head) => head switch
    {
        DetectionHead.YoloV5 => "YOLOv5 to v7 [b, n, 5 + classes]",
        DetectionHead.YoloV8 => "YOLOv8 to v12 [b, 4 + classes, n]",
        DetectionHead.EndToEnd => "end-to-end [b, k, 6]",
        _ => "YOLOX [b, n, 5 + classes]",
    };
}

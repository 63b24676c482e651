using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Vision.Detection.Internal.Heads;
using ServerlessInference.Vision.Internal;

namespace ServerlessInference.Vision.Detection.Internal;

/// <summary>Finds the output that holds a model's boxes, and the heads it may be of.</summary>
/// <remarks>
/// What decides, in this order: the option; the metadata (task, end-to-end); the number of labels, which gives the number of values a box;
/// the cells of the input's grids, which give the number of boxes; the names of outputs, for YOLOX. docs/architecture/detection.md has the table.
/// </remarks>
internal static class HeadSelector
{
    private static readonly IDetectionHeadDecoder[] Automatic = [new EndToEndDecoder(), new YoloV8Decoder(), new YoloV5Decoder(), new YoloxDecoder(decoded: null)];

    /// <summary>The names that exporters give the output of boxes, where several could be meant.</summary>
    private static readonly string[] UsualNames = ["output0", "output", "outputs"];

    /// <summary>Selects.</summary>
    /// <param name="model">The model.</param>
    /// <param name="metadata">What its exporter said.</param>
    /// <param name="labels">The number of class names; 0 where there are none.</param>
    /// <param name="input">The size of the model's input in pixels; 0 where it may vary.</param>
    /// <param name="options">The options.</param>
    /// <returns>The output and the heads that fit it, more than one only where axes are not known yet; or why there is none.</returns>
    public static HeadSelection Select(
        LoadedModel model, UltralyticsMetadata metadata, int labels, (int Height, int Width) input, DetectionOptions options)
    {
        string name = model.Identity.Name;
        IReadOnlyList<ValueDescription> outputs = model.Description.Outputs;
        if (UnsupportedTask.ByMetadata(metadata) is { } task)
        {
            return HeadSelection.Failed($"Model '{name}' {task}");
        }

        bool forced = options.Head != DetectionHead.Auto;
        if (!forced && labels == 0 && UnsupportedTask.ByShape(outputs, labels) is { } shape)
        {
            return HeadSelection.Failed($"Model '{name}' {shape} If its boxes are upright, put its labels beside it, or set the option {nameof(options.Head)}.");
        }

        if (options.Output is { } wanted && model.Description.IndexOfOutput(wanted) < 0)
        {
            return HeadSelection.Failed(
                $"Model '{name}' has no output '{wanted}'; its outputs are {string.Join(", ", outputs)}. Correct the option {nameof(options.Output)}.");
        }

        var reasons = new List<string>();
        var fits = new List<HeadSelection>();
        for (int i = 0; i < outputs.Count; i++)
        {
            if (options.Output is not null && outputs[i].Name != options.Output)
            {
                continue;
            }

            if (RejectOutput(outputs[i], outputs.Count == 1) is { } reason)
            {
                reasons.Add($"{outputs[i]}: {reason}.");
                continue;
            }

            ReadOnlySpan<long> axes = outputs[i].Shape.Length == 0 ? [-1, -1, -1] : outputs[i].Shape;
            var query = new HeadQuery(
                outputs[i].Name, axes[1], axes[2], labels, input.Height, input.Width, metadata.IsPresent, metadata.EndToEnd, forced);
            IDetectionHeadDecoder[] decoders = Fitting(Decoders(options.Head), query, out string rejected);
            if (decoders.Length == 0)
            {
                reasons.Add($"{outputs[i]}: {rejected}.");
            }
            else if (decoders.Length > 1 && query.IsComplete)
            {
                reasons.Add($"{outputs[i]}: fits {string.Join(" and ", decoders.Select(decoder => decoder.Description))} alike; set the option {nameof(options.Head)}.");
            }
            else
            {
                fits.Add(HeadSelection.Found(i, query, decoders));
            }
        }

        return fits.Count > 0
            ? fits[Math.Max(0, fits.FindIndex(fit => UsualNames.Contains(outputs[fit.Output].Name)))]
            : HeadSelection.Failed(Describe(model, labels, reasons));
    }

    /// <summary>Leaves the heads that an output may be of.</summary>
    /// <param name="decoders">The heads.</param>
    /// <param name="query">What is known of the output.</param>
    /// <param name="reasons">Why each of the others is not.</param>
    /// <returns>The heads that fit.</returns>
    public static IDetectionHeadDecoder[] Fitting(IEnumerable<IDetectionHeadDecoder> decoders, in HeadQuery query, out string reasons)
    {
        var fits = new List<IDetectionHeadDecoder>();
        var rejected = new List<string>();
        foreach (IDetectionHeadDecoder decoder in decoders)
        {
            if (decoder.Reject(query) is { } reason)
            {
                rejected.Add($"no {decoder.Description}, because {reason}");
            }
            else
            {
                fits.Add(decoder);
            }
        }

        reasons = string.Join("; ", rejected);
        return [.. fits];
    }

    private static IDetectionHeadDecoder[] Decoders(DetectionHead head) => head switch
    {
        DetectionHead.Yolox => [new YoloxDecoder(decoded: false)],
        DetectionHead.YoloxDecoded => [new YoloxDecoder(decoded: true)],
        DetectionHead.Auto => Automatic,
        _ => [.. Automatic.Where(decoder => decoder.Head == head)],
    };

    // Some exporters write no shape for an output: if it is the only one, the output itself tells.
    private static string? RejectOutput(ValueDescription output, bool only) => output switch
    {
        not { Kind: ValueKind.Tensor, ElementType: TensorElementType.Float or TensorElementType.Float16 or TensorElementType.Double } => "no tensor of floats",
        { Shape.Length: 0 } when only => null,
        { Shape.Length: 5 } => "five axes, so grids that are not decoded; export the model with its detection layer (YOLOv7: --grid)",
        { Shape.Length: not 3 } => $"{output.Shape.Length} axes, and a head has 3",
        _ => null,
    };

    private static string Describe(LoadedModel model, int labels, List<string> reasons)
    {
        string more = labels > 0 && UnsupportedTask.ByShape(model.Description.Outputs, labels) is { } shape
            ? $"Perhaps it {shape} Otherwise load"
            : "Load";
        return $"No head explains an output of model '{model.Identity.Name}', which has {(labels > 0 ? $"{labels} labels" : "no labels")} and the inputs " +
            $"{string.Join(", ", model.Description.Inputs)}. {string.Join(' ', reasons)} {more} the labels that belong to this model, or set the option {nameof(DetectionOptions.Head)}.";
    }
}

using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Vision.Detection.Heads;

namespace ServerlessInference.Vision.Detection;

/// <summary>Finds the output with the boxes of a model and the heads that match it.</summary>
/// <remarks>
/// The decision depends on the following, in this order: the option; the metadata (task, end-to-end); the number of labels, which
/// determines the number of values per box; the number of grid cells of the input, which determines the number of boxes; for YOLOX, the
/// names of the outputs. docs/architecture/detection.md has the table.
/// </remarks>
internal static class HeadSelector
{
    /// <summary>The names that exporters commonly give the output with the boxes. They decide if several outputs match.</summary>
    private static readonly string[] CommonOutputNames = ["output0", "output", "outputs"];

    /// <summary>Selects the output and its heads.</summary>
    /// <param name="model">The model.</param>
    /// <param name="metadata">The metadata of its exporter.</param>
    /// <param name="labels">The number of class names; 0 if there are none.</param>
    /// <param name="input">The size of the model's input in pixels; 0 if it is dynamic.</param>
    /// <param name="options">The options.</param>
    /// <param name="task">What the model should detect.</param>
    /// <returns>
    /// The output and the heads that match it, or the reason why there is none. There are several heads only if some axes are not known
    /// yet.
    /// </returns>
    public static HeadSelection Select(
        LoadedModel model,
        UltralyticsMetadata metadata,
        int labels,
        (int Height, int Width) input,
        DetectionOptions options,
        DetectionTask task)
    {
        if (FindObstacle(model, metadata, labels, options, task) is { } obstacle)
        {
            return HeadSelection.Fail($"Model '{model.Identity.Name}' {obstacle}");
        }

        bool forced = options.Head != DetectionHead.Auto;
        IEnumerable<HeadDefinition> candidates = forced ? task.SelectableHeads.Where(head => head.Head == options.Head) : task.Heads;
        var known = new HeadQuery(
            string.Empty, -1, -1, labels, input.Height, input.Width, metadata.IsPresent, metadata.EndToEnd, forced)
        {
            FurtherValues = task.CountFurtherValues?.Invoke(model) ?? 0,
        };
        IReadOnlyList<ValueDescription> outputs = model.Description.Outputs;
        var mismatches = new List<string>();
        var matches = new List<HeadSelection>();
        for (int i = 0; i < outputs.Count; i++)
        {
            if (options.Output is not null && outputs[i].Name != options.Output)
            {
                continue;
            }

            if (Match(i, outputs, candidates, known, out string mismatch) is { } match)
            {
                matches.Add(match);
            }
            else
            {
                mismatches.Add($"{outputs[i]}: {mismatch}.");
            }
        }

        int common = matches.FindIndex(match => CommonOutputNames.Contains(outputs[match.Output].Name));
        return matches.Count == 0 ? HeadSelection.Fail(Describe(model, labels, task, mismatches))
            : common >= 0 ? matches[common]
            : matches.Count == 1 ? matches[0]
            : HeadSelection.Fail(
                $"Several outputs of model '{model.Identity.Name}' may contain the boxes: " +
                $"{string.Join(", ", matches.Select(match => outputs[match.Output]))}. Set the option {nameof(options.Output)} to the " +
                "right one.");
    }

    /// <summary>Finds the heads that match an output.</summary>
    /// <param name="heads">The heads to choose from.</param>
    /// <param name="query">The known properties of the output.</param>
    /// <param name="mismatches">Receives the reason why each of the others does not match.</param>
    /// <returns>The heads that match.</returns>
    public static HeadDefinition[] FindMatches(IEnumerable<HeadDefinition> heads, in HeadQuery query, out string mismatches)
    {
        var matches = new List<HeadDefinition>();
        var rejected = new List<string>();
        foreach (HeadDefinition head in heads)
        {
            if (head.Recognizer.GetMismatch(query) is { } mismatch)
            {
                rejected.Add($"not {head.Description}, because {mismatch}");
            }
            else
            {
                matches.Add(head);
            }
        }

        mismatches = string.Join("; ", rejected);
        return [.. matches];
    }

    /// <summary>Describes, for a message, that several heads match.</summary>
    public static string DescribeAmbiguity(IEnumerable<HeadDefinition> heads) =>
        $"matches both {string.Join(" and ", heads.Select(head => head.Description))}";

    // The end of a sentence about the model: why none of its outputs needs to be examined.
    private static string? FindObstacle(
        LoadedModel model, UltralyticsMetadata metadata, int labels, DetectionOptions options, DetectionTask task)
    {
        if (UnsupportedTask.DescribeFromMetadata(metadata, task) is { } stated)
        {
            return stated;
        }

        // With labels, the shapes are compared with the heads first: a shape that looks like another task may be exactly that of a detector
        // with this number of classes.
        IReadOnlyList<ValueDescription> outputs = model.Description.Outputs;
        if (options.Head == DetectionHead.Auto && labels == 0 && UnsupportedTask.DescribeFromShapes(outputs, labels, task) is { } shape)
        {
            return $"{shape} If its boxes are axis-aligned, add a file with its labels next to the model, or set the option " +
                $"{nameof(options.Head)}.";
        }

        if (options.Head == DetectionHead.Auto && OtherFamily.Describe(outputs) is { } family)
        {
            return family;
        }

        return options.Output is { } requested && model.Description.IndexOfOutput(requested) < 0
            ? $"has no output '{requested}'; its outputs are {string.Join(", ", outputs)}. Correct the option {nameof(options.Output)}."
            : null;
    }

    private static HeadSelection? Match(
        int output,
        IReadOnlyList<ValueDescription> outputs,
        IEnumerable<HeadDefinition> candidates,
        in HeadQuery known,
        out string mismatch)
    {
        if (GetOutputMismatch(outputs[output], outputs.Count == 1) is { } reason)
        {
            mismatch = reason;
            return null;
        }

        ReadOnlySpan<long> axes = outputs[output].Shape.Length == 0 ? [-1, -1, -1] : outputs[output].Shape;
        var query = known with { Output = outputs[output].Name, Axis1 = axes[1], Axis2 = axes[2] };
        HeadDefinition[] heads = FindMatches(candidates, query, out mismatch);
        if (heads.Length > 1 && query.IsComplete)
        {
            mismatch = $"{DescribeAmbiguity(heads)}; set the option {nameof(DetectionOptions.Head)}";
            return null;
        }

        return heads.Length == 0 ? null : HeadSelection.Success(output, query, heads);
    }

    // Some exporters do not declare the shape of an output. If it is the only output, the head is determined after the model has run.
    private static string? GetOutputMismatch(ValueDescription output, bool isOnlyOutput) => output switch
    {
        not
        {
            Kind: ValueKind.Tensor,
            ElementType: TensorElementType.Float or TensorElementType.Float16 or TensorElementType.Double,
        } => "not a tensor of floats",
        { Shape.Length: 0 } when isOnlyOutput => null,
        { Shape.Length: 5 } => "has five axes, so its grids are not decoded; export the model with its detection layer (YOLOv7: --grid)",
        { Shape.Length: not 3 } => $"has {output.Shape.Length} axes; a head has 3",
        _ => null,
    };

    private static string Describe(LoadedModel model, int labels, DetectionTask task, List<string> mismatches)
    {
        string advice = labels > 0 && UnsupportedTask.DescribeFromShapes(model.Description.Outputs, labels, task) is { } shape
            ? $"Perhaps it {shape} Otherwise load"
            : "Load";
        return $"No head matches an output of model '{model.Identity.Name}', which has {(labels > 0 ? $"{labels} labels" : "no labels")} " +
            $"and the inputs {string.Join(", ", model.Description.Inputs)}. {string.Join(' ', mismatches)} " +
            $"{advice} the labels that belong to this model, or set the option {nameof(DetectionOptions.Head)}.";
    }
}

using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Models.Graphs;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Pipelines;

/// <summary>The output of a model that contains class scores.</summary>
/// <param name="Index">The index of the output.</param>
/// <param name="Name">Its name.</param>
/// <param name="Classes">The number of classes that it declares; -1 if it does not declare one.</param>
internal sealed record ClassOutput(int Index, string Name, long Classes)
{
    /// <summary>The names that exporters give the output with the classes, the most specific first.</summary>
    private static readonly string[] CommonNames =
        ["logits", "probabilities", "probs", "prob", "scores", "predictions", "output", "output0", "output_0", "outputs"];

    private static readonly string[] VectorNames = ["embed", "feature", "hidden", "pooler", "pooled", "start_logits", "end_logits"];

    /// <summary>Finds the output: by the option, by the number of labels, by names, and by the graph.</summary>
    /// <param name="model">The model.</param>
    /// <param name="task">The task, for messages.</param>
    /// <param name="labels">The number of labels; 0 if there are none.</param>
    /// <param name="requested">The option <c>Output</c>; may be <see langword="null"/>.</param>
    /// <exception cref="ModelContractException">No output, or more than one, may contain the scores.</exception>
    public static ClassOutput Find(LoadedModel model, string task, int labels, string? requested)
    {
        (ClassOutput found, string origin) = requested is null ? Choose(model, task, labels) : (Get(model, task, requested), "the option");
        ValueDescription output = model.Description.Outputs[found.Index];
        if (labels > 0 && found.Classes >= 0 && !Fits(found.Classes, labels))
        {
            throw new ModelContractException(
                $"Output {output} of model '{model.Identity.Name}' has {found.Classes} classes, " +
                $"but there are {labels} labels. Load the labels that belong to this model.");
        }

        model.Decide(new ModelDecision("output", found.Name, origin));
        return found;
    }

    /// <summary>Counts the classes of an output when the model has run.</summary>
    /// <exception cref="ModelContractException">The shape does not fit the batch or the labels.</exception>
    public static int CountClasses(ReadOnlySpan<long> shape, InferenceBatch batch, int output, int labels)
    {
        int axis = GetClassAxis(shape);
        bool hasRows = axis == 0 ? batch.Rows == 1 : shape.Length > 0 && shape[0] == batch.Rows;
        if (axis < 0 || !hasRows || shape[axis] <= 0 || shape[axis] > int.MaxValue)
        {
            throw new ModelContractException(
                $"The scores of model '{batch.Model.Identity.Name}' are {Format(shape)}; [{batch.Rows}, classes] was expected.");
        }

        if (labels > 0 && !Fits(shape[axis], labels))
        {
            throw new ModelContractException(
                $"Output '{batch.Model.Description.Outputs[output].Name}' of model '{batch.Model.Identity.Name}' is {Format(shape)}; " +
                $"{labels} labels need [n, {labels}]. Load the labels that belong to this model.");
        }

        return (int)shape[axis];
    }

    private static ClassOutput Get(LoadedModel model, string task, string name)
    {
        int index = model.Description.IndexOfOutput(name);
        if (index < 0)
        {
            throw new ModelContractException(
                $"Model '{model.Identity.Name}' has no output '{name}'; its outputs are {string.Join(", ", model.Description.Outputs)}. " +
                "Correct the option Output.");
        }

        return TryCreate(model.Description, index) ?? throw new ModelContractException(
            $"Output {model.Description.Outputs[index]} of model '{model.Identity.Name}' cannot contain the classes of " +
            $"{Describe(task)}, which needs a float tensor [n, classes]. Correct the option Output.");
    }

    private static (ClassOutput Output, string Origin) Choose(LoadedModel model, string task, int labels)
    {
        IReadOnlyList<ValueDescription> outputs = model.Description.Outputs;
        var candidates = new List<ClassOutput>();
        for (int i = 0; i < outputs.Count; i++)
        {
            if (outputs[i].Name.Contains("box", StringComparison.OrdinalIgnoreCase))
            {
                throw CreateException(model, task, $"its output '{outputs[i].Name}' has boxes, so it is a detector");
            }

            if (TryCreate(model.Description, i) is { } candidate)
            {
                candidates.Add(candidate);
            }
        }

        if (labels > 0 && candidates.FindAll(candidate => Fits(candidate.Classes, labels)) is { Count: > 0 } fitting)
        {
            return fitting is [var only]
                ? (only, $"it has as many classes as there are labels")
                : (ChooseByName(model, task, fitting), "labels and name");
        }

        List<ClassOutput> classes = candidates.FindAll(candidate => !IsVector(candidate.Name)
            && model.Graph.GetActivation(candidate.Name) != OutputActivation.Pooled);
        return classes switch
        {
            [] when candidates is [var vector, ..] => throw CreateException(
                model,
                task,
                $"output '{vector.Name}' is a vector that describes the input, not the scores of classes; if it has classes, add their " +
                "labels or set the option Output"),
            [] => throw CreateException(model, task, null),
            [var only] => (only, "the only output with the shape of class scores"),
            _ => (ChooseByName(model, task, classes), "its name"),
        };
    }

    private static ClassOutput ChooseByName(LoadedModel model, string task, List<ClassOutput> candidates)
    {
        foreach (string name in CommonNames)
        {
            if (candidates.Find(candidate => candidate.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } found)
            {
                return found;
            }
        }

        List<ClassOutput> activated = candidates.FindAll(
            candidate => model.Graph.GetActivation(candidate.Name) is OutputActivation.Softmax or OutputActivation.Sigmoid);
        return activated is [var only]
            ? only
            : throw new ModelContractException(
                $"Several outputs of model '{model.Identity.Name}' may contain the classes of {Describe(task)}: " +
                $"{string.Join(", ", candidates.ConvertAll(candidate => model.Description.Outputs[candidate.Index].ToString()))}. " +
                "Set the option Output to the right one.");
    }

    // The shape is [n, classes]; [n, classes, 1, 1] or [n, 1, 1, classes] in exports that keep the axes of the pooling; [classes] in
    // exports for a single image.
    private static ClassOutput? TryCreate(ModelDescription model, int index)
    {
        ValueDescription output = model.Outputs[index];
        if (output.Kind == ValueKind.Sequence)
        {
            return new ClassOutput(index, output.Name, -1);
        }

        bool isFloat = output is
        {
            Kind: ValueKind.Tensor,
            ElementType: TensorElementType.Float or TensorElementType.Float16 or TensorElementType.Double,
        };
        if (isFloat && output.Shape.Length == 0 && model.Outputs.Count == 1)
        {
            // Some exporters declare no shape. What the shape is shows when the model has run.
            return new ClassOutput(index, output.Name, -1);
        }

        int axis = isFloat ? GetClassAxis(output.Shape) : -1;
        bool isRow = axis != 0 || model.Inputs is [{ Shape: [1, ..] }, ..];
        return axis >= 0 && isRow ? new ClassOutput(index, output.Name, output.Shape[axis]) : null;
    }

    private static int GetClassAxis(ReadOnlySpan<long> shape) => shape switch
    {
        [_] => 0,
        [_, _] => 1,
        [_, _, 1 or < 0, 1 or < 0] => 1,
        [_, 1, 1, _] => 3,
        _ => -1,
    };

    // One output is the score of the positive class of two, or of the only one.
    private static bool Fits(long classes, int labels) => classes == labels || (classes == 1 && labels == 2);

    private static bool IsVector(string name)
    {
        foreach (string part in VectorNames)
        {
            if (name.Contains(part, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static ModelContractException CreateException(LoadedModel model, string task, string? reason) => new(
        $"Model '{model.Identity.Name}' has the outputs {string.Join(", ", model.Description.Outputs)}; " +
        $"{Describe(task)} needs a float tensor [n, classes]{(reason is null ? string.Empty : ", and " + reason)}. " +
        $"Export the model for the task {task}.");

    private static string Describe(string task) => task.Replace('-', ' ');

    private static string Format(ReadOnlySpan<long> shape) => $"[{string.Join(", ", shape.ToArray())}]";
}

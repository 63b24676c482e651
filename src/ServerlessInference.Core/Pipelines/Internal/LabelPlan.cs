using System.Globalization;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Pipelines;

/// <summary>Which outputs of a classical classifier contain what, and how its classes are called. Immutable and thread-safe.</summary>
internal sealed class LabelPlan
{
    private const string NamesOutputPart = "class_labels";

    private readonly IReadOnlyList<string>? _renamed;

    private LabelPlan(int label, int probabilities, int namesOutput, IReadOnlyList<string>? names, IReadOnlyList<string>? renamed)
    {
        Label = label;
        Probabilities = probabilities;
        NamesOutput = namesOutput;
        Names = names;
        _renamed = renamed;
    }

    /// <summary>Gets the index of the output with labels; -1 if there is none.</summary>
    public int Label { get; }

    /// <summary>Gets the index of the output with probabilities; -1 if there is none.</summary>
    public int Probabilities { get; }

    /// <summary>Gets the index of the output that names the classes; -1 if another place does.</summary>
    public int NamesOutput { get; }

    /// <summary>Gets the names of the classes; <see langword="null"/> if they are not known here.</summary>
    public IReadOnlyList<string>? Names { get; }

    /// <summary>Inspects a model.</summary>
    /// <exception cref="ModelContractException">The model is not a classifier with one label for each row.</exception>
    public static LabelPlan Create(LoadedModel model)
    {
        model.Decide(new ModelDecision("task", "classification by a classical model", "the pipeline"));
        IReadOnlyList<ValueDescription> outputs = model.Description.Outputs;
        int label = Find(outputs, IsLabel);
        int probabilities = Find(outputs, static output => output.Kind == ValueKind.Sequence || IsFloat(output));
        Check(model, label, probabilities);
        if (model.Graph.DropsOtherLetters)
        {
            model.Decide(new ModelDecision(
                "words",
                "letters other than those of English are dropped",
                "the Tokenizer of the graph has the expression that skl2onnx writes; convert the model with another tokenexp",
                NeedsAttention: true));
        }

        if (probabilities >= 0 && outputs[probabilities].Kind == ValueKind.Sequence)
        {
            model.Decide(new ModelDecision("labels", "the keys of the maps", $"output {outputs[probabilities].Name}"));
            return new LabelPlan(label, probabilities, -1, null, null);
        }

        return Name(model, label, probabilities);
    }

    /// <summary>Gets the name of a class for its label.</summary>
    public string Rename(string label)
    {
        if (_renamed is null || Names is null)
        {
            return label;
        }

        for (int i = 0; i < _renamed.Count; i++)
        {
            if (_renamed[i] == label)
            {
                return Names[i];
            }
        }

        return label;
    }

    private static LabelPlan Name(LoadedModel model, int label, int probabilities)
    {
        IReadOnlyList<ValueDescription> outputs = model.Description.Outputs;
        bool areNumbers = label >= 0 && outputs[label].ElementType != TensorElementType.String;
        IReadOnlyList<string>? stated = model.Graph.ClassNames;
        int output = Find(outputs, static output => output.Name.Contains(NamesOutputPart, StringComparison.OrdinalIgnoreCase));
        if (stated is not null && !(areNumbers && HasBeside(model, stated.Count, out _, out _)))
        {
            model.Decide(new ModelDecision("labels", $"{stated.Count}", "the classifier in the graph"));
            return new LabelPlan(label, probabilities, -1, stated, null);
        }

        if (output >= 0 && output != label)
        {
            model.Decide(new ModelDecision("labels", "the output of the classes", $"output {outputs[output].Name}"));
            return new LabelPlan(label, probabilities, output, null, null);
        }

        if (HasBeside(model, stated?.Count ?? -1, out IReadOnlyList<string> names, out string origin))
        {
            model.Decide(new ModelDecision("labels", $"{names.Count}", origin));
            return new LabelPlan(label, probabilities, -1, names, areNumbers ? stated ?? Number(names.Count) : null);
        }

        model.Decide(new ModelDecision(
            "labels", "none, so probabilities are named by their columns",
            "neither the graph, an output nor a file next to the model names the classes", NeedsAttention: probabilities >= 0));
        return new LabelPlan(label, probabilities, -1, null, null);
    }

    private static bool HasBeside(LoadedModel model, int count, out IReadOnlyList<string> names, out string origin)
    {
        (names, origin) = ModelLabels.FindBeside(model);
        return names.Count > 0 && (count < 0 || names.Count == count);
    }

    private static string[] Number(int count)
    {
        string[] numbers = new string[count];
        for (int i = 0; i < count; i++)
        {
            numbers[i] = i.ToString(CultureInfo.InvariantCulture);
        }

        return numbers;
    }

    private static void Check(LoadedModel model, int label, int probabilities)
    {
        IReadOnlyList<ValueDescription> outputs = model.Description.Outputs;
        if (label < 0 && probabilities < 0)
        {
            throw new ModelContractException(
                $"Model '{model.Identity.Name}' has the outputs {string.Join(", ", outputs)}; a label-and-probability pipeline " +
                "needs a tensor of int64 or string with labels, or a float tensor [n, classes] or a sequence of maps with probabilities.");
        }

        if (label >= 0 && outputs[label].Shape is { Length: > 1 } shape && (shape.Length > 2 || shape[1] > 1))
        {
            throw Refuse(model, "it has several labels for each row");
        }

        if (label < 0 && outputs[probabilities].Kind == ValueKind.Tensor && outputs[probabilities].Shape is [_] or [_, 1])
        {
            throw Refuse(model, "it has one number for each row, so it predicts a number and not a class");
        }

        if (label >= 0 && model.Graph.ClassNames is null && HasDistances(outputs))
        {
            throw Refuse(model, "its output of scores contains distances to the centres of clusters, not probabilities");
        }

        // With zipmap='columns', the outputs have the names of the classes.
        int columns = Count(outputs, static output => IsFloat(output) && output.Shape is [_] or [_, 1]);
        bool hasNamed = Find(outputs, static output => output.Name.Contains("prob", StringComparison.OrdinalIgnoreCase)) >= 0;
        if (label >= 0 && columns > 1 && !hasNamed)
        {
            throw Refuse(model, "it has one output for each class. Convert it with zipmap set to False");
        }
    }

    private static bool HasDistances(IReadOnlyList<ValueDescription> outputs) =>
        Find(outputs, static output => IsFloat(output) && output.Name is "scores" or "distances") >= 0;

    private static ModelContractException Refuse(LoadedModel model, string reason) => new(
        $"Model '{model.Identity.Name}' has the outputs {string.Join(", ", model.Description.Outputs)}; {reason}. " +
        "A label-and-probability pipeline needs one label for each row. Leave UseLabelPrediction out to get the outputs as named tensors.");

    private static bool IsLabel(ValueDescription output) =>
        output is
        {
            Kind: ValueKind.Tensor,
            ElementType: TensorElementType.Int64 or TensorElementType.Int32 or TensorElementType.String,
        }
        && !output.Name.Contains(NamesOutputPart, StringComparison.OrdinalIgnoreCase);

    private static bool IsFloat(ValueDescription output) =>
        output is { Kind: ValueKind.Tensor, ElementType: TensorElementType.Float or TensorElementType.Double };

    private static int Find(IReadOnlyList<ValueDescription> outputs, Func<ValueDescription, bool> fits)
    {
        for (int i = 0; i < outputs.Count; i++)
        {
            if (fits(outputs[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private static int Count(IReadOnlyList<ValueDescription> outputs, Func<ValueDescription, bool> fits)
    {
        int count = 0;
        foreach (ValueDescription output in outputs)
        {
            count += fits(output) ? 1 : 0;
        }

        return count;
    }
}

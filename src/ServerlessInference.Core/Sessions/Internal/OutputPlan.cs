using ServerlessInference.Pipelines;
using ServerlessInference.Tensors;

namespace ServerlessInference.Sessions;

/// <summary>Tells the shapes of a model's outputs from those of its inputs, where the model declares enough for that. Immutable.</summary>
/// <remarks>An axis is known where it is fixed, or where an input has an axis of the same name: ONNX gives both the same length.</remarks>
internal sealed class OutputPlan
{
    private readonly (long Length, int Input, int Axis)[][] _axes;

    private OutputPlan((long Length, int Input, int Axis)[][] axes) => _axes = axes;

    public int OutputCount => _axes.Length;

    /// <summary>Makes the plan of a model; <see langword="null"/> where an output cannot be planned.</summary>
    public static OutputPlan? Create(ModelDescription model)
    {
        if (model.Outputs.Count == 0 || !model.Inputs.All(IsNumeric) || !model.Outputs.All(IsNumeric))
        {
            return null;
        }

        var outputs = new (long, int, int)[model.Outputs.Count][];
        for (int i = 0; i < outputs.Length; i++)
        {
            // An input that is an output as well would not be copied into the output's own memory.
            if (model.IndexOfInput(model.Outputs[i].Name) >= 0 || Axes(model, model.Outputs[i]) is not { } axes)
            {
                return null;
            }

            outputs[i] = axes;
        }

        return new OutputPlan(outputs);
    }

    public int RankOf(int output) => _axes[output].Length;

    /// <summary>Computes an output's shape; false where it has no elements, or an input has no shape of its own.</summary>
    public bool TryGetShape(int output, InferenceBatch batch, Span<long> shape)
    {
        (long Length, int Input, int Axis)[] axes = _axes[output];
        for (int i = 0; i < axes.Length; i++)
        {
            (long length, int input, int axis) = axes[i];
            if (length < 0)
            {
                ReadOnlySpan<long> given = batch.Input(input).Shape;
                if (axis >= given.Length)
                {
                    return false;
                }

                length = given[axis];
            }

            if (length == 0)
            {
                return false;
            }

            shape[i] = length;
        }

        return true;
    }

    private static (long Length, int Input, int Axis)[]? Axes(ModelDescription model, ValueDescription output)
    {
        var axes = new (long, int, int)[output.Shape.Length];
        for (int i = 0; i < axes.Length; i++)
        {
            if (output.Shape[i] >= 0)
            {
                axes[i] = (output.Shape[i], -1, -1);
            }
            else if (output.Symbols[i].Length > 0 && Find(model, output.Symbols[i]) is { } found)
            {
                axes[i] = (-1, found.Input, found.Axis);
            }
            else
            {
                return null;
            }
        }

        return axes;
    }

    private static (int Input, int Axis)? Find(ModelDescription model, string symbol)
    {
        for (int input = 0; input < model.Inputs.Count; input++)
        {
            int axis = model.Inputs[input].Symbols.IndexOf(symbol);
            if (axis >= 0)
            {
                return (input, axis);
            }
        }

        return null;
    }

    private static bool IsNumeric(ValueDescription value) =>
        value.Kind == ValueKind.Tensor && ElementTypes.IsNumeric(value.ElementType);
}

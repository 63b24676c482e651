using ServerlessInference.Tensors;

namespace ServerlessInference.Sessions;

/// <summary>
/// Computes the shapes of a model's outputs from the shapes of its inputs, if the model declares enough for that. Immutable.
/// </summary>
/// <remarks>
/// <para>The length of an axis is known if it is fixed, or if an input has an axis of the same name: in ONNX both have the same
/// length.</para>
/// <para>With known shapes, outputs are written to memory that the batch keeps from run to run, instead of memory that ONNX Runtime would
/// allocate for every run.</para>
/// </remarks>
internal sealed class OutputPlan
{
    private readonly (long Length, int Input, int Axis)[][] _axes;

    private OutputPlan((long Length, int Input, int Axis)[][] axes) => _axes = axes;

    public int OutputCount => _axes.Length;

    /// <summary>Creates the plan of a model; <see langword="null"/> if the shape of an output cannot be computed.</summary>
    public static OutputPlan? Create(ModelDescription model)
    {
        if (model.Outputs.Count == 0 || !model.Inputs.All(IsNumeric) || !model.Outputs.All(IsNumeric))
        {
            return null;
        }

        var outputs = new (long, int, int)[model.Outputs.Count][];
        for (int i = 0; i < outputs.Length; i++)
        {
            // If an input is also an output, ONNX Runtime does not copy it into the memory of the output.
            if (model.IndexOfInput(model.Outputs[i].Name) >= 0 || PlanAxes(model, model.Outputs[i]) is not { } axes)
            {
                return null;
            }

            outputs[i] = axes;
        }

        return new OutputPlan(outputs);
    }

    public int GetRank(int output) => _axes[output].Length;

    /// <summary>Computes the shape of an output.</summary>
    /// <returns>
    /// <see langword="false"/> if the output has no elements, or if an input was borrowed from another model and has no shape here.
    /// </returns>
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

    private static (long Length, int Input, int Axis)[]? PlanAxes(ModelDescription model, ValueDescription output)
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
        value.Kind == ValueKind.Tensor && ElementTypes.IsNumber(value.ElementType);
}

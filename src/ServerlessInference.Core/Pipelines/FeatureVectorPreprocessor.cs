using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Pipelines;

/// <summary>Fills the inputs of a classical model with rows of numbers.</summary>
/// <remarks>
/// <para>The model has either one input <c>[n, features]</c> of float32 or float64, or one input per feature, <c>[n, 1]</c> or <c>[n]</c>,
/// of float32, float64 or int64. Numbers for an int64 input must be whole numbers.</para>
/// <para>Thread-safe.</para>
/// </remarks>
public sealed class FeatureVectorPreprocessor : IPreprocessor<ReadOnlyMemory<float>>
{
    // Above this, float32 has no fractions any more, and a conversion to int64 could overflow.
    private const float MaxWholeNumber = 1L << 62;

    /// <inheritdoc/>
    public void Prepare(LoadedModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        IReadOnlyList<ValueDescription> inputs = model.Description.Inputs;
        if (!IsMatrix(inputs) && !(inputs.Count > 1 && inputs.All(IsColumn)))
        {
            throw new ModelContractException(
                $"Model '{model.Identity.Name}' has the inputs {string.Join(", ", inputs)}; a feature-vector pipeline needs one input of " +
                "float32 or float64 [n, features], or one input per feature, float32, float64 or int64 [n, 1].");
        }
    }

    /// <inheritdoc/>
    public ValueTask PreprocessAsync(
        ReadOnlyMemory<ReadOnlyMemory<float>> inputs, InferenceBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        IReadOnlyList<ValueDescription> declared = batch.Model.Description.Inputs;
        int features = !IsMatrix(declared) ? declared.Count
            : declared[0].Shape[1] >= 0 ? checked((int)declared[0].Shape[1])
            : GetFirstLength(inputs.Span, batch);
        for (int row = 0; row < inputs.Length; row++)
        {
            if (inputs.Span[row].Length != features)
            {
                batch.Fail(row, new InvalidInputException(
                    InvalidInputKind.Unprocessable, $"A row of {inputs.Span[row].Length} numbers was given; the model takes {features}."));
            }
        }

        if (IsMatrix(declared))
        {
            FillMatrix(inputs.Span, batch, declared[0].ElementType, features);
        }
        else
        {
            for (int i = 0; i < features; i++)
            {
                FillColumn(inputs.Span, batch, declared[i], i);
            }
        }

        return ValueTask.CompletedTask;
    }

    private static bool IsMatrix(IReadOnlyList<ValueDescription> inputs) =>
        inputs is [{ Kind: ValueKind.Tensor, ElementType: TensorElementType.Float or TensorElementType.Double, Shape.Length: 2 }];

    private static bool IsColumn(ValueDescription input) =>
        input is
        {
            Kind: ValueKind.Tensor,
            ElementType: TensorElementType.Float or TensorElementType.Double or TensorElementType.Int64,
            Shape.Length: 1 or 2,
        }
        && (input.Shape.Length == 1 || input.Shape[1] is 1 or < 0);

    private static void FillMatrix(
        ReadOnlySpan<ReadOnlyMemory<float>> rows, InferenceBatch batch, TensorElementType type, int features)
    {
        if (type == TensorElementType.Float)
        {
            Span<float> tensor = batch.CreateInput<float>(0, batch.Rows, features);
            tensor.Clear();
            for (int row = 0; row < rows.Length; row++)
            {
                if (batch.GetFailure(row) is null)
                {
                    rows[row].Span.CopyTo(tensor.Slice(row * features, features));
                }
            }
        }
        else
        {
            Span<double> tensor = batch.CreateInput<double>(0, batch.Rows, features);
            tensor.Clear();
            for (int row = 0; row < rows.Length; row++)
            {
                for (int i = 0; batch.GetFailure(row) is null && i < features; i++)
                {
                    tensor[row * features + i] = rows[row].Span[i];
                }
            }
        }
    }

    private static void FillColumn(ReadOnlySpan<ReadOnlyMemory<float>> rows, InferenceBatch batch, ValueDescription input, int index)
    {
        ReadOnlySpan<long> shape = input.Shape.Length == 1 ? [batch.Rows] : [batch.Rows, 1];
        Span<float> singles = default;
        Span<double> doubles = default;
        Span<long> integers = default;
        switch (input.ElementType)
        {
            case TensorElementType.Float:
                singles = batch.CreateInput<float>(index, shape);
                singles.Clear();
                break;
            case TensorElementType.Double:
                doubles = batch.CreateInput<double>(index, shape);
                doubles.Clear();
                break;
            default:
                integers = batch.CreateInput<long>(index, shape);
                integers.Clear();
                break;
        }

        for (int row = 0; row < rows.Length; row++)
        {
            if (batch.GetFailure(row) is not null)
            {
                continue;
            }

            float value = rows[row].Span[index];
            if (!singles.IsEmpty)
            {
                singles[row] = value;
            }
            else if (!doubles.IsEmpty)
            {
                doubles[row] = value;
            }
            else if (MathF.Truncate(value) == value && MathF.Abs(value) <= MaxWholeNumber)
            {
                integers[row] = (long)value;
            }
            else
            {
                batch.Fail(row, new InvalidInputException(
                    InvalidInputKind.Unprocessable, $"The feature '{input.Name}' is not a whole number, as the model requires."));
            }
        }
    }

    // The model accepts any number of features. The first row that can be used determines the number for this batch.
    private static int GetFirstLength(ReadOnlySpan<ReadOnlyMemory<float>> rows, InferenceBatch batch)
    {
        for (int row = 0; row < rows.Length; row++)
        {
            if (batch.GetFailure(row) is null)
            {
                return rows[row].Length;
            }
        }

        return 0;
    }
}

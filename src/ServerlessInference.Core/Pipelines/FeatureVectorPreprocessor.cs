using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Pipelines;

/// <summary>Puts rows of numbers into a model's single input, <c>[n, features]</c> of float32 or float64, as classical models take them.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class FeatureVectorPreprocessor : IPreprocessor<ReadOnlyMemory<float>>
{
    /// <inheritdoc/>
    public void Prepare(LoadedModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        IReadOnlyList<ValueDescription> inputs = model.Description.Inputs;
        if (inputs is not [{ Kind: ValueKind.Tensor, ElementType: TensorElementType.Float or TensorElementType.Double, Shape.Length: 2 }])
        {
            throw new ModelContractException(
                $"Model '{model.Identity.Name}' has the inputs {string.Join(", ", inputs)}; a feature-vector pipeline needs one of float32 or float64 [n, features].");
        }
    }

    /// <inheritdoc/>
    public ValueTask PreprocessAsync(ReadOnlyMemory<ReadOnlyMemory<float>> inputs, InferenceBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ValueDescription input = batch.Model.Description.Inputs[0];
        long declared = input.Shape[1];
        int features = declared >= 0 ? checked((int)declared) : FirstLength(inputs.Span, batch);
        for (int row = 0; row < inputs.Length; row++)
        {
            if (inputs.Span[row].Length != features)
            {
                batch.Fail(row, new InvalidInputException(
                    InvalidInputKind.Unprocessable, $"A row of {inputs.Span[row].Length} numbers was given; the model takes {features}."));
            }
        }

        if (input.ElementType == TensorElementType.Float)
        {
            Span<float> tensor = batch.CreateInput<float>(0, batch.Rows, features);
            tensor.Clear();
            for (int row = 0; row < inputs.Length; row++)
            {
                if (batch.FailureOf(row) is null)
                {
                    inputs.Span[row].Span.CopyTo(tensor.Slice(row * features, features));
                }
            }
        }
        else
        {
            Span<double> tensor = batch.CreateInput<double>(0, batch.Rows, features);
            tensor.Clear();
            for (int row = 0; row < inputs.Length; row++)
            {
                for (int i = 0; batch.FailureOf(row) is null && i < features; i++)
                {
                    tensor[row * features + i] = inputs.Span[row].Span[i];
                }
            }
        }

        return ValueTask.CompletedTask;
    }

    // The model takes any number: the first usable row says how many this batch has.
    private static int FirstLength(ReadOnlySpan<ReadOnlyMemory<float>> rows, InferenceBatch batch)
    {
        for (int row = 0; row < rows.Length; row++)
        {
            if (batch.FailureOf(row) is null)
            {
                return rows[row].Length;
            }
        }

        return 0;
    }
}

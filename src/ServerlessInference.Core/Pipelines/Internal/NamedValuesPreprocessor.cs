using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Pipelines;

/// <summary>Passes named tensors to a model unchanged.</summary>
internal sealed class NamedValuesPreprocessor : IPreprocessor<NamedValues>
{
    // The values are complete tensors with a batch axis of their own, so they cannot be combined with those of another request.
    public int GetMaxBatchSize(LoadedModel model) => 1;

    public ValueTask PreprocessAsync(ReadOnlyMemory<NamedValues> inputs, InferenceBatch batch, CancellationToken cancellationToken)
    {
        NamedValues values = inputs.Span[0];
        ArgumentNullException.ThrowIfNull(values, nameof(inputs));
        try
        {
            Fill(batch, values);
        }
        catch (ModelContractException exception)
        {
            batch.Fail(0, exception);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Sets all inputs of the model.</summary>
    /// <exception cref="ModelContractException">A value does not fit, or an input is missing.</exception>
    internal static void Fill(InferenceBatch batch, NamedValues values)
    {
        foreach ((string name, InferenceValue value) in values)
        {
            batch.SetInput(name, value);
        }

        foreach (ValueDescription input in batch.Model.Description.Inputs)
        {
            if (!values.ContainsKey(input.Name))
            {
                throw new ModelContractException(
                    $"The input {input} of model '{batch.Model.Identity.Name}' is missing. Its inputs are " +
                    $"{string.Join(", ", batch.Model.Description.Inputs)}.");
            }
        }
    }
}

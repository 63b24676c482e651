using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Pipelines;

/// <summary>Gives named tensors to a model as they are.</summary>
internal sealed class NamedValuesPreprocessor : IPreprocessor<NamedValues>
{
    // The values are whole tensors already, with a batch axis of their own.
    public int GetMaxBatchSize(LoadedModel model) => 1;

    public ValueTask PreprocessAsync(ReadOnlyMemory<NamedValues> inputs, InferenceBatch batch, CancellationToken cancellationToken)
    {
        NamedValues values = inputs.Span[0];
        try
        {
            ArgumentNullException.ThrowIfNull(values, nameof(inputs));
            foreach ((string name, InferenceValue value) in values)
            {
                batch.SetInput(name, value);
            }

            foreach (ValueDescription input in batch.Model.Description.Inputs)
            {
                if (!values.ContainsKey(input.Name))
                {
                    throw new ModelContractException(
                        $"The input {input} of model '{batch.Model.Identity.Name}' is missing. Its inputs are {string.Join(", ", batch.Model.Description.Inputs)}.");
                }
            }
        }
        catch (ModelContractException exception)
        {
            batch.Fail(0, exception);
        }

        return ValueTask.CompletedTask;
    }
}

using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Pipelines;

/// <summary>Passes named tensors in JSON (<see cref="TensorJson"/>) to a model: what events give to a model without a pipeline.</summary>
/// <remarks>The JSON is read here and not before, because the element types are those that the loaded model declares.</remarks>
internal sealed class TensorJsonPreprocessor : IPreprocessor<ReadOnlyMemory<byte>>
{
    // As for named values: complete tensors cannot be combined with those of another request.
    public int GetMaxBatchSize(LoadedModel model) => 1;

    public ValueTask PreprocessAsync(
        ReadOnlyMemory<ReadOnlyMemory<byte>> inputs, InferenceBatch batch, CancellationToken cancellationToken)
    {
        try
        {
            NamedValuesPreprocessor.Fill(batch, TensorJson.Read(inputs.Span[0].Span, batch.Model.Description.Inputs));
        }
        catch (ModelContractException exception)
        {
            // The sender has chosen the shapes and the inputs, so the sender has to change them.
            batch.Fail(0, new InvalidInputException(InvalidInputKind.Unprocessable, exception.Message, exception));
        }
        catch (InvalidInputException exception)
        {
            batch.Fail(0, exception);
        }

        return ValueTask.CompletedTask;
    }
}

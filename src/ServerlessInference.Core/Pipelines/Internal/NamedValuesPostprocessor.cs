using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Pipelines;

/// <summary>Returns all outputs of a model by their names.</summary>
internal sealed class NamedValuesPostprocessor : IPostprocessor<NamedValues>
{
    public ValueTask PostprocessAsync(InferenceBatch batch, Memory<NamedValues> outputs, CancellationToken cancellationToken)
    {
        var values = new NamedValues();
        for (int i = 0; i < batch.Model.Description.Outputs.Count; i++)
        {
            values[batch.Model.Description.Outputs[i].Name] = batch.GetOutputValue(i);
        }

        outputs.Span[0] = values;
        return ValueTask.CompletedTask;
    }
}

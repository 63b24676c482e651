using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Tests.Support;

/// <summary>Gives each input its row of the first output.</summary>
internal sealed class RowPostprocessor : IPostprocessor<ReadOnlyMemory<float>>
{
    public int Calls { get; private set; }

    public long LastRows { get; private set; }

    public ValueTask PostprocessAsync(InferenceBatch batch, Memory<ReadOnlyMemory<float>> outputs, CancellationToken cancellationToken)
    {
        Calls++;
        TensorView<float> tensor = batch.GetFloatOutput(0);
        LastRows = tensor.Shape[0];
        for (int i = 0; i < outputs.Length; i++)
        {
            if (batch.GetFailure(i) is null)
            {
                outputs.Span[i] = tensor.Row(i).ToArray();
            }
        }

        return ValueTask.CompletedTask;
    }
}

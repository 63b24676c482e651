using Microsoft.ML.OnnxRuntime;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Pipelines;

/// <summary>The batches of a call: one per model, in the order in which the models run.</summary>
internal sealed class BatchChain : IDisposable
{
    private readonly ModelLease[] _leases;
    private readonly InferenceBatch[] _batches;

    public BatchChain(ModelLease[] leases)
    {
        _leases = leases;
        _batches = new InferenceBatch[leases.Length];
        for (int i = 0; i < leases.Length; i++)
        {
            _batches[i] = leases[i].Model.RentBatch();
        }
    }

    public InferenceBatch First => _batches[0];

    /// <summary>Runs the models in sequence, each on the outputs of the previous one.</summary>
    /// <returns>The batch of the last model.</returns>
    public InferenceBatch Run(IReadOnlyList<PipelineStage> stages, CancellationToken cancellationToken)
    {
        for (int i = 0; i < _batches.Length; i++)
        {
            if (i > 0)
            {
                _batches[i].Continue(_batches[i - 1]);
                Connect(stages[i - 1], _batches[i - 1], _batches[i]);
            }

            _leases[i].Model.Run(_batches[i], cancellationToken);
        }

        return _batches[^1];
    }

    public void Dispose()
    {
        // In reverse order, because a batch may borrow values that belong to the previous one.
        for (int i = _batches.Length - 1; i >= 0; i--)
        {
            _leases[i].Model.ReturnBatch(_batches[i]);
        }
    }

    private static void Connect(PipelineStage stage, InferenceBatch from, InferenceBatch to)
    {
        ModelDescription source = from.Model.Description;
        ModelDescription target = to.Model.Description;
        for (int i = 0; i < source.Outputs.Count; i++)
        {
            ValueDescription output = source.Outputs[i];
            string name = stage.Outputs?.GetValueOrDefault(output.Name) ?? output.Name;
            int index = target.IndexOfInput(name);
            if (index < 0 && source.Outputs.Count == 1 && target.Inputs.Count == 1)
            {
                index = 0;
            }

            if (index < 0)
            {
                continue;
            }

            OrtValue value = from.PeekOutput(i).Native!;
            if (!value.IsTensor || value.GetTensorTypeAndShape().ElementDataType != target.Inputs[index].ElementType)
            {
                throw new ModelContractException(
                    $"Output {output} of model '{from.Model.Identity.Name}' does not fit the input {target.Inputs[index]} of model " +
                    $"'{to.Model.Identity.Name}'.");
            }

            to.Input(index).Borrow(value);
        }
    }
}

using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Pipelines;

/// <summary>The leases that a call holds while it runs: one per model, in the order in which the models run.</summary>
internal sealed class PipelineRun(ModelLease[] leases) : IDisposable
{
    public ModelLease[] Leases => leases;

    public LoadedModel First => leases[0].Model;

    public LoadedModel Last => leases[^1].Model;

    public TimeSpan Waiting { get; set; }

    /// <summary>Gets a value indicating whether each of the models has succeeded with some input.</summary>
    public bool HasSucceeded => Array.TrueForAll(leases, lease => lease.Model.HasSucceeded);

    /// <summary>Gets the fixed length of the first model's batch axis; <see langword="null"/> if the axis is dynamic.</summary>
    public int? FixedRows
    {
        get
        {
            foreach (ValueDescription input in First.Description.Inputs)
            {
                if (input.Shape.Length > 0)
                {
                    return input.Shape[0] > 0 ? checked((int)input.Shape[0]) : null;
                }
            }

            return null;
        }
    }

    /// <summary>Releases the memory that the models keep for later requests.</summary>
    public void ReleaseBatches()
    {
        foreach (ModelLease lease in leases)
        {
            lease.Model.ReleaseBatches();
        }
    }

    public void Dispose()
    {
        foreach (ModelLease? lease in leases)
        {
            lease?.Dispose();
        }
    }
}

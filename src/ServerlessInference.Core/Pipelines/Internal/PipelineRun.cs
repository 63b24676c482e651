using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Pipelines;

/// <summary>The models that a call holds while it runs.</summary>
internal sealed class PipelineRun(ModelLease[] leases) : IDisposable
{
    public ModelLease[] Leases => leases;

    public LoadedModel First => leases[0].Model;

    public LoadedModel Last => leases[^1].Model;

    public TimeSpan Waiting { get; set; }

    /// <summary>Gets the length that the first model fixes for its batch axis; <see langword="null"/> where it leaves it open.</summary>
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

    public void Dispose()
    {
        foreach (ModelLease? lease in leases)
        {
            lease?.Dispose();
        }
    }
}

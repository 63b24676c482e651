using ServerlessInference.Models;
using ServerlessInference.Sessions;

namespace ServerlessInference.Pipelines;

/// <summary>How many inputs may run together. Immutable.</summary>
/// <param name="Size">The option <see cref="ModelOptions.MaxBatchSize"/>.</param>
/// <param name="IsSet">Whether the application has set it.</param>
internal readonly record struct BatchLimit(int Size, bool IsSet)
{
    /// <summary>Reads the limit from the options of a model.</summary>
    public static BatchLimit Read(ModelOptions options) => new(options.MaxBatchSize, options.HasMaxBatchSize);

    /// <summary>Gets the limit for a run.</summary>
    /// <remarks>Dynamically quantised models compute their scales over the whole tensor. Inputs that run together would change each other's
    /// answers, and so would padding, unless the application asks for it.</remarks>
    /// <param name="run">The models that run.</param>
    /// <param name="inputs">The number of inputs. The graph of a model is not read for a single one.</param>
    public int Get(PipelineRun run, int inputs)
    {
        if (IsSet || inputs < 2)
        {
            return Size;
        }

        int size = Size;
        foreach (ModelLease lease in run.Leases)
        {
            if (!lease.Model.IsPlaceholder && lease.Model.Graph.HasDynamicQuantization)
            {
                lease.Model.Decide(new ModelDecision(
                    "batches", "one input at a time", "the graph quantizes activations over the whole batch (DynamicQuantizeLinear)"));
                size = 1;
            }
        }

        return size;
    }
}

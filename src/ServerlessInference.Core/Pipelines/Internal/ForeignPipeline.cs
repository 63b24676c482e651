using ServerlessInference.Sessions;

namespace ServerlessInference.Pipelines;

/// <summary>Stands for a pipeline that the application put in the place of ours: there is nothing to prepare and nothing to warm.</summary>
internal sealed class ForeignPipeline(string name) : IModelPipeline
{
    public void Prepare(LoadedModel model)
    {
    }

    public ValueTask<ModelIdentity> WarmUpAsync(LoadedModel? candidate, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new ModelIdentity(name, "unknown", "replaced by the application"));
}

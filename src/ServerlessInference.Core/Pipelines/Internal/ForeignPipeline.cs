using ServerlessInference.Sessions;

namespace ServerlessInference.Pipelines;

/// <summary>
/// Represents a pipeline that the application registered instead of ours. The registry neither prepares it nor warms it up.
/// </summary>
internal sealed class ForeignPipeline(string name) : IModelPipeline
{
    public void Prepare(LoadedModel model)
    {
    }

    public ValueTask<ModelIdentity> WarmUpAsync(LoadedModel? candidate, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new ModelIdentity(name, "unknown", "replaced by the application"));
}

using ServerlessInference.Sessions;

namespace ServerlessInference.Pipelines;

/// <summary>What the registry asks of a model's pipelines: to look at a freshly loaded model, and to run once for warmth.</summary>
internal interface IModelPipeline
{
    void Prepare(LoadedModel model);

    ValueTask<ModelIdentity> WarmUpAsync(CancellationToken cancellationToken);
}

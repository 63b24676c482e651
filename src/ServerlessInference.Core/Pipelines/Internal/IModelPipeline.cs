using ServerlessInference.Models;
using ServerlessInference.Sessions;

namespace ServerlessInference.Pipelines;

/// <summary>What the registry asks of a model's pipelines: to look at a freshly loaded model, and to run once for warmth.</summary>
internal interface IModelPipeline
{
    /// <summary>Reads what it needs of the model's files; the session is created meanwhile.</summary>
    void PrepareFiles(ModelArtifact artifact)
    {
    }

    void Prepare(LoadedModel model);

    /// <summary>Runs once on synthetic input.</summary>
    /// <param name="candidate">The model to run, which the registry does not lend yet; <see langword="null"/> takes the one that it lends.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    ValueTask<ModelIdentity> WarmUpAsync(LoadedModel? candidate, CancellationToken cancellationToken);
}

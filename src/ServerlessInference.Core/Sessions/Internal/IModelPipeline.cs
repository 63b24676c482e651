using ServerlessInference.Models;

namespace ServerlessInference.Sessions;

/// <summary>
/// What the registry requires of the pipelines of a model: they inspect each model that has been loaded, and run once to warm it up.
/// </summary>
/// <remarks>Implemented by pipelines, and declared here so that sessions do not depend on pipelines.</remarks>
internal interface IModelPipeline
{
    /// <summary>Reads what the pipeline needs from the files of the model. The session is created at the same time.</summary>
    void PrepareFiles(ModelArtifact artifact)
    {
    }

    void Prepare(LoadedModel model);

    /// <summary>Runs once on synthetic input.</summary>
    /// <param name="candidate">A model that is not in use yet; <see langword="null"/> for the model in use.</param>
    /// <param name="cancellationToken">Cancels the run.</param>
    ValueTask<ModelIdentity> WarmUpAsync(LoadedModel? candidate, CancellationToken cancellationToken);
}

namespace ServerlessInference.Models;

/// <summary>A place that a model comes from: a folder, a layer, an embedded resource, a bucket, or a chain of such places.</summary>
/// <remarks>Thread-safe. Both methods throw a <see cref="ModelLoadException"/> that says what is missing and where it was looked for.</remarks>
public interface IModelSource
{
    /// <summary>Gets what this source is, for logs and results: a scheme and a place, such as <c>layer:/opt/resnet50</c>.</summary>
    string Description { get; }

    /// <summary>Asks for the version of the model without loading it: cheap enough to be called every few seconds.</summary>
    /// <param name="cancellationToken">Ends the question.</param>
    /// <returns>The version that <see cref="LoadAsync"/> would give now.</returns>
    /// <exception cref="ModelLoadException">The model is not there.</exception>
    ValueTask<string> GetVersionAsync(CancellationToken cancellationToken = default);

    /// <summary>Brings the model's files within reach.</summary>
    /// <param name="cancellationToken">Ends the loading.</param>
    /// <returns>The files. The caller disposes them when no session uses them any more.</returns>
    /// <exception cref="ModelLoadException">The model is not there, or is not what was asked for.</exception>
    ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default);
}

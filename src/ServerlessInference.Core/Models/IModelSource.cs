namespace ServerlessInference.Models;

/// <summary>A place from which a model is loaded: a directory, an embedded resource, a bucket, or a chain of such places.</summary>
/// <remarks>
/// Implementations must be thread-safe. On failure both methods throw a <see cref="ModelLoadException"/> that says what is missing and
/// where it was expected.
/// </remarks>
/// <example>
/// A source that reads a model from an array:
/// <code>
/// public sealed class ArrayModelSource(byte[] model) : IModelSource
/// {
///     public string Description =&gt; "array:model";
///
///     public ValueTask&lt;string&gt; GetVersionAsync(CancellationToken cancellationToken = default) =&gt; ValueTask.FromResult("1");
///
///     public ValueTask&lt;ModelArtifact&gt; LoadAsync(CancellationToken cancellationToken = default) =&gt;
///         ValueTask.FromResult(new ModelArtifact(Description, "1", [ModelFile.InMemory("model.onnx", model)]));
/// }
/// </code>
/// </example>
public interface IModelSource
{
    /// <summary>Gets a description for logs and results: a scheme and a place, such as <c>layer:/opt/resnet50</c>.</summary>
    string Description { get; }

    /// <summary>
    /// Gets the current version of the model without loading it. It should be cheap enough to be called every few seconds.
    /// </summary>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>The version that <see cref="LoadAsync"/> would load now.</returns>
    /// <exception cref="ModelLoadException">The model does not exist.</exception>
    ValueTask<string> GetVersionAsync(CancellationToken cancellationToken = default);

    /// <summary>Makes the model's files available on disk or in memory.</summary>
    /// <param name="cancellationToken">Cancels the loading.</param>
    /// <returns>The files. The caller disposes them when no session uses them any more.</returns>
    /// <exception cref="ModelLoadException">The model does not exist, or is not what was expected.</exception>
    ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default);
}

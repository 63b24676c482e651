namespace ServerlessInference.Models.Transfer;

/// <summary>A model on a server: one object (a file or an archive), or several objects (a folder).</summary>
/// <remarks>
/// Implement it together with <see cref="IRemoteObject"/> to load models over another protocol. <see cref="RemoteModelSource"/> does the
/// rest: parallel downloads, retries, verification, archives and the store. Implementations must be thread-safe.
/// </remarks>
public interface IRemoteModel
{
    /// <summary>
    /// Gets the location of the model, such as <c>s3://bucket/resnet50/</c>. It appears in logs and must not contain a secret.
    /// </summary>
    string Description { get; }

    /// <summary>Gets the file name if the model is a single object; <see langword="null"/> if it is a folder.</summary>
    string? ObjectName { get; }

    /// <summary>Lists the objects with their versions. It should be cheap enough to be called every few seconds.</summary>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>The objects, at least one.</returns>
    /// <exception cref="ModelLoadException">There is no object, or the server denies access.</exception>
    ValueTask<IReadOnlyList<IRemoteObject>> ListAsync(CancellationToken cancellationToken);
}

namespace ServerlessInference.Models.Transfer;

/// <summary>Where a model lies remotely: one object (a file, an archive) or several (a folder).</summary>
/// <remarks>Thread-safe.</remarks>
public interface IRemoteModel
{
    /// <summary>Gets what and where it is, such as <c>s3://bucket/resnet50/</c>. It holds no secret.</summary>
    string Description { get; }

    /// <summary>Gets the file name of the one object that this is; <see langword="null"/> where it is a folder.</summary>
    string? ObjectName { get; }

    /// <summary>Lists the objects with their versions: cheap enough to be called every few seconds.</summary>
    /// <param name="cancellationToken">Ends the question.</param>
    /// <returns>The objects, at least one.</returns>
    /// <exception cref="ModelLoadException">There is none, or the server refuses.</exception>
    ValueTask<IReadOnlyList<IRemoteObject>> ListAsync(CancellationToken cancellationToken);
}

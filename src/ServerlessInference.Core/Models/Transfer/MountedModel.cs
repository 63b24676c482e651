namespace ServerlessInference.Models.Transfer;

/// <summary>A model on a mount, seen as something remote.</summary>
internal sealed class MountedModel(string path, string scheme) : IRemoteModel
{
    private readonly FileSystemModelSource _source = new(path, scheme);

    public string Description => _source.Description;

    // Whether it is a folder only the mount knows, which may hang; a name with an ending is a file.
    public string? ObjectName => Path.HasExtension(path) ? Path.GetFileName(path) : null;

    public async ValueTask<IReadOnlyList<IRemoteObject>> ListAsync(CancellationToken cancellationToken)
    {
        List<FileSystemModelSource.Entry> files = await Task.Run(() => _source.List(cancellationToken), CancellationToken.None)
            .WaitAsync(cancellationToken).ConfigureAwait(false);
        return [.. files.Where(file => !file.Name.EndsWith(MountedObject.DigestSuffix, StringComparison.Ordinal))
            .Select(file => new MountedObject(file.Name, file.Path, file.Length, file.Ticks))];
    }
}

using System.Globalization;
using ServerlessInference.Models.Archives;

namespace ServerlessInference.Models.Transfer;

/// <summary>A file or a folder on a mount that is copied into the store, as a model on the network is.</summary>
internal sealed class FileModel : IRemoteModel
{
    private readonly FileSystemModelSource _files;
    private readonly string _scheme;

    public FileModel(string path, string scheme, RemoteModelOptions options)
    {
        _files = new FileSystemModelSource(path, scheme);
        _scheme = scheme;

        // Whether there is a file or a folder must not be asked here, where a hung mount would stop the caller.
        string name = Path.GetFileName(path.TrimEnd('/'));
        bool alone = options.Sha256 is not null || options.Archive is not (ArchiveKind.ByName or ArchiveKind.None) || ArchiveNames.KindOf(name) != ArchiveKind.None;
        ObjectName = alone ? name : null;
    }

    public string Description => _files.Description;

    public string? ObjectName { get; }

    public async ValueTask<IReadOnlyList<IRemoteObject>> ListAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<FileSystemModelSource.Entry> files = await _files.ListAsync(alone: ObjectName is not null, cancellationToken).ConfigureAwait(false);
        return
        [
            .. files.Select(file => new FileObject(
                file.Name, $"{_scheme}:{file.Path}", file.Path, file.Length, string.Create(CultureInfo.InvariantCulture, $"{file.Ticks:x}-{file.Length:x}"), digest: null, new DateTime(file.Ticks, DateTimeKind.Utc))),
        ];
    }
}

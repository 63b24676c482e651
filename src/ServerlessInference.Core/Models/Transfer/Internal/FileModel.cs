using System.Globalization;
using ServerlessInference.Models.Archives;

namespace ServerlessInference.Models.Transfer;

/// <summary>A file or a directory on a mount that is copied into the store in the same way as a model on a server.</summary>
internal sealed class FileModel : IRemoteModel
{
    private readonly FileSystemModelSource _files;
    private readonly string _scheme;

    public FileModel(string path, string scheme, RemoteModelOptions options)
    {
        _files = new FileSystemModelSource(path, scheme);
        _scheme = scheme;

        // Whether the path is a file or a directory must be decided without the file system: if the mount hangs, so would the caller.
        string name = Path.GetFileName(path.TrimEnd('/'));
        bool isSingleFile = options.Sha256 is not null
            || options.Archive is not (ArchiveKind.ByName or ArchiveKind.None)
            || ArchiveNames.GetKind(name) != ArchiveKind.None;
        ObjectName = isSingleFile ? name : null;
    }

    public string Description => _files.Description;

    public string? ObjectName { get; }

    public async ValueTask<IReadOnlyList<IRemoteObject>> ListAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<FileSystemModelSource.Entry> files =
            await _files.ListAsync(singleFile: ObjectName is not null, cancellationToken).ConfigureAwait(false);
        return [.. files.Select(CreateObject)];
    }

    private FileObject CreateObject(FileSystemModelSource.Entry file)
    {
        string version = string.Create(CultureInfo.InvariantCulture, $"{file.Ticks:x}-{file.Length:x}");
        var lastWrite = new DateTime(file.Ticks, DateTimeKind.Utc);
        return new FileObject(file.Name, $"{_scheme}:{file.Path}", file.Path, file.Length, version, digest: null, lastWrite);
    }
}

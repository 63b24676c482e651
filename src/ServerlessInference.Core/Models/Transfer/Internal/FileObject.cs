namespace ServerlessInference.Models.Transfer;

/// <summary>A file on a disk or a mount that is read as objects on the network are.</summary>
/// <param name="name">The name inside the model.</param>
/// <param name="location">Where it is, for errors.</param>
/// <param name="path">Its path.</param>
/// <param name="length">Its size in bytes.</param>
/// <param name="version">Its version.</param>
/// <param name="digest">The digest that it is known to have.</param>
/// <param name="lastWrite">When it was written, where somebody else may replace it.</param>
internal sealed class FileObject(string name, string location, string path, long length, string version, ContentDigest? digest, DateTime? lastWrite = null) : IRemoteObject
{
    public string Name => name;

    public string Location => location;

    public long Length => length;

    public string Version => version;

    public bool AcceptsRanges => true;

    public ValueTask<ContentDigest?> GetDigestAsync(CancellationToken cancellationToken) => ValueTask.FromResult(digest);

    // A mount may hang rather than fail, and on a thread of its own that stops nobody else.
    public async ValueTask<Stream> OpenReadAsync(long offset, long length, CancellationToken cancellationToken) =>
        await Task.Run(() => Open(offset), cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);

    private MountStream Open(long offset)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new ModelLoadException($"{location} cannot be read: {exception.Message} Check the file's permissions and those of the mount's access point.", exception);
        }

        if (file.Length == Length && (lastWrite is null || File.GetLastWriteTimeUtc(file.SafeFileHandle) == lastWrite))
        {
            file.Position = offset;
            return new MountStream(file);
        }

        file.Dispose();
        throw new ModelChangedException($"{location} was replaced while it was read: it had {Length:N0} bytes, or another time, before.");
    }
}

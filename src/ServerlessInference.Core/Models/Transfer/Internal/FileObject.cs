namespace ServerlessInference.Models.Transfer;

/// <summary>A file on a disk or a mount that is read in the same way as an object on a server.</summary>
/// <param name="name">The name within the model.</param>
/// <param name="location">The location, for error messages.</param>
/// <param name="path">The path of the file.</param>
/// <param name="length">The size in bytes.</param>
/// <param name="version">The version.</param>
/// <param name="digest">The digest, if it is known.</param>
/// <param name="lastWrite">The time of the last change; <see langword="null"/> for a file that nobody else can replace.</param>
internal sealed class FileObject(
    string name, string location, string path, long length, string version, ContentDigest? digest, DateTime? lastWrite = null)
    : IRemoteObject
{
    public string Name => name;

    public string Location => location;

    public long Length => length;

    public string Version => version;

    public bool AcceptsRanges => true;

    public ValueTask<ContentDigest?> GetDigestAsync(CancellationToken cancellationToken) => ValueTask.FromResult(digest);

    // A mount may hang instead of failing, so the file is opened on a thread of its own, which can be abandoned.
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
            throw new ModelLoadException(
                $"{location} cannot be read: {exception.Message} Check the permissions of the file and of the mount's access point.",
                exception);
        }

        if (file.Length == Length && (lastWrite is null || File.GetLastWriteTimeUtc(file.SafeFileHandle) == lastWrite))
        {
            file.Position = offset;
            return new MountStream(file);
        }

        file.Dispose();
        throw new ModelChangedException(
            $"{location} was replaced while it was being read: its size is no longer {Length:N0} bytes, or its time has changed.");
    }
}

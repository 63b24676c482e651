namespace ServerlessInference.Models.Transfer;

/// <summary>A file on a disk or a mount that is read as objects on the network are.</summary>
internal sealed class FileObject(string name, string location, string path, long length, string version, ContentDigest? digest) : IRemoteObject
{
    public string Name => name;

    public string Location => location;

    public long Length => length;

    public string Version => version;

    public bool AcceptsRanges => true;

    public ValueTask<ContentDigest?> GetDigestAsync(CancellationToken cancellationToken) => ValueTask.FromResult(digest);

    public async ValueTask<Stream> OpenReadAsync(long offset, long length, CancellationToken cancellationToken)
    {
        // A mount may hang rather than fail, and on a thread of its own that stops nobody else.
        FileStream file = await Task.Run(() => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0), cancellationToken)
            .WaitAsync(cancellationToken).ConfigureAwait(false);
        if (file.Length != Length)
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw new ModelChangedException($"{location} was replaced while it was read: it had {Length:N0} bytes before.");
        }

        file.Position = offset;
        return file;
    }
}

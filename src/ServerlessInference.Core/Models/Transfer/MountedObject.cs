using System.Globalization;

namespace ServerlessInference.Models.Transfer;

/// <summary>A file on a mount, seen as a remote object whose version is its size and time.</summary>
internal sealed class MountedObject(string name, string path, long length, long ticks) : IRemoteObject
{
    /// <summary>What the name of a file with another's SHA-256 ends with; written by <c>sha256sum</c>, it holds the digest first.</summary>
    public const string DigestSuffix = ".sha256";

    private const int MaxDigestBytes = 4096;

    public string Name => name;

    public string Location => path;

    public long Length => length;

    public string Version { get; } = string.Create(CultureInfo.InvariantCulture, $"{length:x}-{ticks:x}");

    public bool AcceptsRanges => true;

    public async ValueTask<ContentDigest?> GetDigestAsync(CancellationToken cancellationToken) =>
        await Task.Run(ReadDigest, CancellationToken.None).WaitAsync(cancellationToken).ConfigureAwait(false);

    // The mount may hang: the caller's wait ends with its token, and the handle is closed when it comes at last.
    public async ValueTask<Stream> OpenReadAsync(long offset, long length, CancellationToken cancellationToken)
    {
        Task<FileStream> opening = Task.Run(() => Open(offset), CancellationToken.None);
        try
        {
            return await opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _ = CloseAsync(opening);
            throw;
        }
    }

    private static async Task CloseAsync(Task<FileStream> opening)
    {
        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (opening.IsCompletedSuccessfully)
        {
            await (await opening.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
    }

    private FileStream Open(long offset)
    {
        var file = new FileInfo(path);
        FileSystemInfo target = file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true)!;
        if (target is not FileInfo { Exists: true } content || content.Length != Length || content.LastWriteTimeUtc.Ticks != ticks)
        {
            throw new ModelChangedException($"{path} was replaced while it was read.");
        }

        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous);
        stream.Position = offset;
        return stream;
    }

    private ContentDigest? ReadDigest()
    {
        var file = new FileInfo(path + DigestSuffix);
        if (!file.Exists || file.Length > MaxDigestBytes)
        {
            return null;
        }

        string text = File.ReadAllText(file.FullName).TrimStart();
        return ContentDigest.TryFromHex(DigestAlgorithm.Sha256, text.Length >= 64 ? text[..64] : null, out ContentDigest? digest)
            ? digest
            : throw new ModelLoadException($"{file.FullName} begins with no SHA-256 (64 hexadecimal digits). Write it with sha256sum, or remove it.");
    }
}

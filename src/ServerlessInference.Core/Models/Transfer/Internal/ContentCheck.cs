using Microsoft.Extensions.Logging;

namespace ServerlessInference.Models.Transfer;

/// <summary>What an object's bytes are held against.</summary>
/// <remarks>
/// In this order: the SHA-256 of the settings; the strongest digest that the server has of the whole object; nothing but length and
/// version, with a warning, or an error where a digest is required.
/// </remarks>
internal sealed partial class ContentCheck
{
    private readonly IRemoteObject _object;
    private readonly ContentDigest? _expected;

    private ContentCheck(IRemoteObject source, ContentDigest? expected)
    {
        _object = source;
        _expected = expected;
    }

    /// <summary>Gets the digest to compute: the one that is compared, or SHA-256 for the marker alone.</summary>
    public DigestAlgorithm Algorithm => _expected?.Algorithm ?? DigestAlgorithm.Sha256;

    public static async Task<ContentCheck> ForAsync(
        IRemoteObject source, RemoteModelOptions options, TransientRetry retry, ILogger logger, CancellationToken cancellationToken)
    {
        if (ContentDigest.TryFromHex(DigestAlgorithm.Sha256, options.Sha256, out ContentDigest? pinned))
        {
            return new ContentCheck(source, pinned);
        }

        ContentDigest? known = await retry.RunAsync(token => source.GetDigestAsync(token), cancellationToken).ConfigureAwait(false);
        if (known is null && options.RequireDigest)
        {
            throw new ModelLoadException(
                $"{source.Location} has no digest of the whole object, and the settings require one. Pin its SHA-256 (#sha256=… in the URI), upload it with a " +
                "full-object checksum, or lift RequireDigest.");
        }

        if (known is null)
        {
            LogUnverified(logger, source.Location);
        }

        return new ContentCheck(source, known);
    }

    public void Verify(ContentDigest actual)
    {
        if (_expected is { } expected && expected != actual)
        {
            throw new CorruptContentException(
                $"{_object.Location} came with the digest {actual}, but {expected} was expected. Either the pinned digest is of another version, or the bytes were " +
                "damaged on their way; nothing of them was kept.");
        }
    }

    [LoggerMessage(EventId = 41, Level = LogLevel.Warning, Message = "There is no digest of {Location}: only its length and version are checked. Pin its SHA-256, or upload it with a full-object checksum")]
    private static partial void LogUnverified(ILogger logger, string location);
}

using Microsoft.Extensions.Logging;

namespace ServerlessInference.Models.Transfer;

/// <summary>Verifies the bytes of an object.</summary>
/// <remarks>
/// They are compared with the SHA-256 in the settings or, if there is none, with the strongest digest of the whole object that the server
/// provides. If the server provides none either, only length and version are checked: a warning is logged, or, if the settings require a
/// digest, loading fails.
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

    /// <summary>
    /// Gets the algorithm of the digest to compute. Without an expected digest, it is SHA-256, for the record in the store.
    /// </summary>
    public DigestAlgorithm Algorithm => _expected?.Algorithm ?? DigestAlgorithm.Sha256;

    public static async Task<ContentCheck> CreateAsync(
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
                $"{source.Location} has no digest of the whole object, and the settings require one. Pin its SHA-256 (#sha256=… in the " +
                "URI), upload it with a full-object checksum, or set RequireDigest to false.");
        }

        if (known is null && source.HasVersion)
        {
            LogUnverified(logger, source.Location);
        }
        else if (known is null)
        {
            LogUnverifiable(logger, source.Location);
        }

        return new ContentCheck(source, known);
    }

    public void Verify(ContentDigest actual)
    {
        if (_expected is { } expected && expected != actual)
        {
            throw new CorruptContentException(
                $"{_object.Location} has the digest {actual}, but {expected} was expected. Either the pinned digest belongs to another " +
                "version, or the bytes were damaged in transit. They have been discarded.");
        }
    }

    [LoggerMessage(EventId = 41, Level = LogLevel.Warning,
        Message = "There is no digest of {Location}, so only its length and version are checked. Pin its SHA-256, or upload it with a " +
            "full-object checksum")]
    private static partial void LogUnverified(ILogger logger, string location);

    [LoggerMessage(EventId = 43, Level = LogLevel.Warning,
        Message = "The server sends neither a digest nor a version (ETag, Last-Modified) of {Location}, so nothing but its length can be " +
            "verified, and other content of the same length is not noticed. Pin its SHA-256")]
    private static partial void LogUnverifiable(ILogger logger, string location);
}

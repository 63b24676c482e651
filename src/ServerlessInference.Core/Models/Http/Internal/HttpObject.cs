using ServerlessInference.Models.Transfer;

namespace ServerlessInference.Models.Http;

/// <summary>One version of an object on a web server.</summary>
internal sealed class HttpObject(
    HttpModel model, string location, string name, long length, HttpValidators validators, bool acceptsRanges, ContentDigest? digest)
    : IRemoteObject
{
    public string Name => name;

    public string Location => location;

    public long Length => length;

    public string Version { get; } = validators.GetVersion(length);

    public bool HasVersion => validators is not { Tag: null, LastModified: null };

    public HttpValidators Validators => validators;

    public bool AcceptsRanges => acceptsRanges;

    public ValueTask<ContentDigest?> GetDigestAsync(CancellationToken cancellationToken) => ValueTask.FromResult(digest);

    public ValueTask<Stream> OpenReadAsync(long offset, long length, CancellationToken cancellationToken) =>
        model.OpenReadAsync(this, offset, length, cancellationToken);
}

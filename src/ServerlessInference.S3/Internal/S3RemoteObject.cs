using System.Net.Http.Headers;
using Amazon.S3.Model;
using ServerlessInference.Models.Transfer;
using ServerlessInference.Shared;

namespace ServerlessInference.S3;

/// <summary>A certain version of an object in a bucket.</summary>
internal sealed class S3RemoteObject(
    S3Model model, string key, string name, long length, string entityTag, string? versionId, GetObjectMetadataResponse? head)
    : IRemoteObject
{
    private GetObjectMetadataResponse? _head = head;

    public string Name => name;

    public string Location { get; } = $"s3://{model.Uri.Bucket}/{key}";

    public long Length => length;

    public string Version => entityTag.Trim('"');

    public bool AcceptsRanges => true;

    public static S3RemoteObject From(S3Model model, string key, string name, GetObjectMetadataResponse head) =>
        new(model, key, name, head.ContentLength, head.ETag, model.Uri.VersionId, head);

    public async ValueTask<ContentDigest?> GetDigestAsync(CancellationToken cancellationToken)
    {
        try
        {
            // A listing contains neither checksums nor whether the ETag is an MD5 digest.
            _head ??= await model.HeadAsync(key, versionId, entityTag, cancellationToken).ConfigureAwait(false);
            return S3Digests.Strongest(_head, model.Uri.Bucket);
        }
        catch (Exception exception) when (S3Errors.IsSdk(exception))
        {
            throw S3Errors.Translate(exception, Location);
        }
    }

    public async ValueTask<Stream> OpenReadAsync(long offset, long length, CancellationToken cancellationToken)
    {
        try
        {
            GetObjectResponse response = await model.Client.GetObjectAsync(
                new GetObjectRequest
                {
                    BucketName = model.Uri.Bucket,
                    Key = key,
                    VersionId = versionId,
                    EtagToMatch = entityTag,
                    ByteRange = length == 0 ? null : new ByteRange(offset, offset + length - 1),
                    RequestPayer = model.Payer,
                },
                cancellationToken).ConfigureAwait(false);
            if (FindMismatch(response, offset) is { } mismatch)
            {
                response.Dispose();
                throw mismatch;
            }

            return new S3Body(response, Location);
        }
        catch (Exception exception) when (S3Errors.IsSdk(exception))
        {
            throw S3Errors.Translate(exception, Location);
        }
    }

    // Other servers than Amazon's may ignore the range or If-Match, and the SDK does not notice.
    private ModelLoadException? FindMismatch(GetObjectResponse response, long offset)
    {
        if (ContentCoding.FindForeign(response.Headers.ContentEncoding, name) is { } coding)
        {
            return S3Errors.CreateEncoded(Location, coding);
        }

        _ = ContentRangeHeaderValue.TryParse(response.ContentRange, out ContentRangeHeaderValue? range);
        if ((range?.From ?? 0) != offset)
        {
            return new ModelLoadException(
                $"{Location}: the server ignores Range requests: asked for bytes from {offset:N0}, it sent bytes from " +
                $"{range?.From ?? 0:N0}. Use a server that supports them.");
        }

        bool isOther = (range?.Length ?? length) != length || (response.ETag is { Length: > 0 } tag && tag.Trim('"') != Version);
        return isOther ? new ModelChangedException($"{Location} was replaced while it was being read.") : null;
    }
}

using System.Net.Http.Headers;
using Amazon.S3.Model;
using ServerlessInference.Models.Transfer;

namespace ServerlessInference.S3.Internal;

/// <summary>One version of one object of a bucket.</summary>
internal sealed class S3Object(S3Model model, string key, string name, long length, string entityTag, string? versionId, GetObjectMetadataResponse? head)
    : IRemoteObject
{
    private GetObjectMetadataResponse? _head = head;

    public string Name => name;

    public string Location { get; } = $"s3://{model.Uri.Bucket}/{key}";

    public long Length => length;

    public string Version => entityTag.Trim('"');

    public bool AcceptsRanges => true;

    public static S3Object From(S3Model model, string key, string name, GetObjectMetadataResponse head) =>
        new(model, key, name, head.ContentLength, head.ETag, model.Uri.VersionId, head);

    public async ValueTask<ContentDigest?> GetDigestAsync(CancellationToken cancellationToken)
    {
        try
        {
            // A listing tells neither checksums nor whether the ETag is an MD5.
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
            if (Objection(response, offset) is { } objection)
            {
                response.Dispose();
                throw objection;
            }

            return new ResponseStream(response, new S3Body(response.ResponseStream, Location));
        }
        catch (Exception exception) when (S3Errors.IsSdk(exception))
        {
            throw S3Errors.Translate(exception, Location);
        }
    }

    // Servers other than Amazon's may heed neither the range nor If-Match, and the SDK compares nothing.
    private ModelLoadException? Objection(GetObjectResponse response, long offset)
    {
        ContentRangeHeaderValue? range = ContentRangeHeaderValue.TryParse(response.ContentRange, out ContentRangeHeaderValue? parsed) ? parsed : null;
        return (range?.From ?? 0) != offset
            ? new ModelLoadException($"{Location}: the server does not heed ranges: asked for bytes from {offset:N0} on, it sent those from {range?.From ?? 0:N0} on. Take the model from a server that does.")
            : (range?.Length ?? length) != length || (response.ETag is { Length: > 0 } tag && tag.Trim('"') != Version)
                ? new ModelChangedException($"{Location} was replaced while it was read.")
                : null;
    }
}

using System.Globalization;
using Amazon.S3;
using Amazon.S3.Model;
using ServerlessInference.Models.Transfer;

namespace ServerlessInference.S3;

/// <summary>One object of a bucket, or all objects in a folder.</summary>
internal sealed class S3Model(Func<IAmazonS3> client, S3Uri uri, bool requesterPays) : IRemoteModel
{
    /// <summary>Stops the listing of a wrong folder early. The limit of the settings is checked after the listing.</summary>
    private const int MaxListed = 10_000;

    public string Description { get; } = uri.ToString();

    public string? ObjectName { get; } = uri.IsFolder ? null : uri.Key[(uri.Key.LastIndexOf('/') + 1)..];

    public S3Uri Uri => uri;

    public IAmazonS3 Client => client();

    public RequestPayer? Payer { get; } = requesterPays ? RequestPayer.Requester : null;

    public async ValueTask<IReadOnlyList<IRemoteObject>> ListAsync(CancellationToken cancellationToken)
    {
        try
        {
            return uri.IsFolder
                ? await ListFolderAsync(cancellationToken).ConfigureAwait(false)
                : [
                    S3RemoteObject.From(
                        this, uri.Key, ObjectName!, await HeadAsync(uri.Key, uri.VersionId, null, cancellationToken).ConfigureAwait(false)),
                ];
        }
        catch (Exception exception) when (S3Errors.IsSdk(exception))
        {
            throw S3Errors.Translate(exception, Description);
        }
    }

    /// <summary>Requests the properties of an object, including its checksums.</summary>
    public Task<GetObjectMetadataResponse> HeadAsync(
        string key, string? versionId, string? entityTag, CancellationToken cancellationToken) =>
        Client.GetObjectMetadataAsync(
            new GetObjectMetadataRequest
            {
                BucketName = uri.Bucket,
                Key = key,
                VersionId = versionId,
                EtagToMatch = entityTag,
                ChecksumMode = ChecksumMode.ENABLED,
                RequestPayer = Payer,
            },
            cancellationToken);

    private async Task<IReadOnlyList<IRemoteObject>> ListFolderAsync(CancellationToken cancellationToken)
    {
        var objects = new List<IRemoteObject>();
        var request = new ListObjectsV2Request { BucketName = uri.Bucket, Prefix = uri.Key, RequestPayer = Payer };
        while (true)
        {
            ListObjectsV2Response page = await Client.ListObjectsV2Async(request, cancellationToken).ConfigureAwait(false);
            foreach (S3Object item in page.S3Objects ?? [])
            {
                // The AWS console creates an empty object for each folder.
                if (!item.Key.EndsWith('/'))
                {
                    objects.Add(new S3RemoteObject(this, item.Key, item.Key[uri.Key.Length..], item.Size ?? 0, item.ETag, null, null));
                }
            }

            if (objects.Count > MaxListed)
            {
                throw new ModelLoadException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{Description} has more than {MaxListed:N0} objects. Name the folder of the model alone."));
            }

            if (page.IsTruncated != true)
            {
                break;
            }

            request.ContinuationToken = page.NextContinuationToken;
        }

        return objects.Count > 0
            ? objects
            : throw new ModelLoadException(
                $"{Description} has no objects. Check the bucket and the folder. For a single object, leave out the final '/'.");
    }
}

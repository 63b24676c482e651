using System.Net;
using System.Runtime.InteropServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using ServerlessInference.Results;

namespace ServerlessInference.S3;

/// <summary>Uploads the object of a result, unless the same result exists already.</summary>
internal sealed class S3ResultUpload(S3ClientProvider client, S3ResultLayout layout)
{
    private const string Source = "source";
    private const string Sequencer = "sequencer";

    private bool _unconditional;

    public async ValueTask WriteAsync(
        ObjectReference destination, SinkRecord record, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        try
        {
            if (layout.Options.WriteOnce)
            {
                await WriteOnceAsync(destination, record, content, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await PutAsync(destination, record, content, null, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (S3Errors.IsSdk(exception))
        {
            throw Translate(exception, destination);
        }
    }

    private async ValueTask WriteOnceAsync(
        ObjectReference destination, SinkRecord record, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (!_unconditional)
        {
            try
            {
                await PutAsync(destination, record, content, request => request.IfNoneMatch = "*", cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (AmazonServiceException exception)
                when (exception.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict)
            {
                // An object exists. The HEAD request below shows which result it holds.
            }
            catch (AmazonServiceException exception) when (exception.StatusCode == HttpStatusCode.NotImplemented)
            {
                // The server has no conditional writes, so a HEAD request precedes each write from now on.
                _unconditional = true;
            }
        }

        if (await IsNeededAsync(destination, record, cancellationToken).ConfigureAwait(false))
        {
            await PutAsync(destination, record, content, null, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Returns whether the existing object belongs to another input, or to an older version of the same one.</summary>
    private async ValueTask<bool> IsNeededAsync(ObjectReference destination, SinkRecord record, CancellationToken cancellationToken)
    {
        try
        {
            GetObjectMetadataResponse existing = await client.Client.GetObjectMetadataAsync(
                new GetObjectMetadataRequest { BucketName = destination.Bucket, Key = destination.Key },
                cancellationToken).ConfigureAwait(false);
            return existing.Metadata[Source] != CreateSource(record)
                && !IsNewer(existing.Metadata[Sequencer], record.SourceObject?.Sequencer);
        }
        catch (AmazonServiceException exception) when (exception.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Forbidden)
        {
            // The object does not exist, or the role may not read it; in the second case the same result is written once more.
            return true;
        }
    }

    private Task<PutObjectResponse> PutAsync(
        ObjectReference destination,
        SinkRecord record,
        ReadOnlyMemory<byte> content,
        Action<PutObjectRequest>? condition,
        CancellationToken cancellationToken)
    {
        MemoryMarshal.TryGetArray(content, out ArraySegment<byte> bytes);
        var request = new PutObjectRequest
        {
            BucketName = destination.Bucket,
            Key = destination.Key,
            ContentType = layout.ContentType,
            InputStream = new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false),
        };
        if (layout.Options.KmsKeyId is { } key)
        {
            request.ServerSideEncryptionMethod = ServerSideEncryptionMethod.AWSKMS;
            request.ServerSideEncryptionKeyManagementServiceKeyId = key;
        }

        foreach ((string name, string value) in layout.Metadata(record))
        {
            request.Metadata[name] = value;
        }

        request.Metadata[Source] = CreateSource(record);
        if (record.SourceObject?.Sequencer is { } sequencer)
        {
            request.Metadata[Sequencer] = sequencer;
        }

        condition?.Invoke(request);
        return client.Client.PutObjectAsync(request, cancellationToken);
    }

    // The model's version is part of the identifier, since a new version gives a new result. An error does not depend on the version.
    private static string CreateSource(SinkRecord record) =>
        ResultIdentifier
            .Create(ResultIdentifier.Create(record).ToString(), record.Result.IsSuccess ? record.Result.Model.Version : string.Empty)
            .ToString();

    // Sequencers are hexadecimal numbers of different lengths; the shorter one is padded on the right
    // (Amazon S3 User Guide, "Event message structure").
    private static bool IsNewer(string? existing, string? current)
    {
        if (string.IsNullOrEmpty(existing) || string.IsNullOrEmpty(current))
        {
            return false;
        }

        int length = Math.Max(existing.Length, current.Length);
        return string.CompareOrdinal(
            existing.ToUpperInvariant().PadRight(length, '0'), current.ToUpperInvariant().PadRight(length, '0')) > 0;
    }

    private static IOException Translate(Exception exception, ObjectReference destination)
    {
        if (exception is not AmazonServiceException { StatusCode: var status, ErrorCode: var code })
        {
            return new IOException(
                $"The result {destination} cannot be written: {exception.Message} Check the function's role, its region and its network.",
                exception);
        }

        return new IOException(
            status switch
            {
                HttpStatusCode.Forbidden =>
                    $"Writing the result {destination} was denied ({code}). The function's role needs s3:PutObject on it, and " +
                    "kms:GenerateDataKey if a key encrypts the bucket.",
                HttpStatusCode.NotFound =>
                    $"The bucket of the result {destination} does not exist ({code}). Create the bucket, or correct its name in ToS3.",
                HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect =>
                    $"The bucket of the result {destination} is in another region ({code}). Set S3ResultOptions.Region.",
                _ => $"The result {destination} could not be written: the server answered {(int)status} {code}.",
            },
            exception);
    }
}

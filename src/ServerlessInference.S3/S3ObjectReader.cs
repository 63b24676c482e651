using System.Globalization;
using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using ServerlessInference.Results;
using ServerlessInference.Shared;

namespace ServerlessInference.S3;

/// <summary>Reads whole objects into memory, up to a maximum size. They are the inputs of a model.</summary>
/// <remarks>Thread-safe. The SDK verifies the checksums of objects that are read whole.</remarks>
public sealed class S3ObjectReader
{
    /// <summary>An object whose body breaks off is requested again at once. Failed requests are retried by the SDK.</summary>
    private static readonly RetryStrategy Retry = new(maxAttempts: 3, firstPause: TimeSpan.Zero, maxPause: TimeSpan.Zero, jitter: 0);

    /// <summary>
    /// How long to wait for the beginning of an answer, the SDK's own retries included. A connection that stays silent would otherwise use
    /// up the time of the whole invocation.
    /// </summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(15);

    /// <summary>How long to wait for the next bytes of a body. Without this limit, a stalled connection would hang for minutes.</summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(10);

    private readonly S3ClientProvider _client;
    private readonly TimeProvider _time;

    /// <summary>Creates a reader that uses an existing client. The client is not disposed.</summary>
    /// <param name="client">The client.</param>
    public S3ObjectReader(IAmazonS3 client)
    {
        ArgumentNullException.ThrowIfNull(client);
        _client = new S3ClientProvider(client);
        _time = TimeProvider.System;
    }

    private S3ObjectReader(S3ClientProvider client, TimeProvider time)
    {
        _client = client;
        _time = time;
    }

    /// <summary>
    /// Creates a reader whose client is created with the first object: the registered <c>IAmazonS3</c> if there is one, otherwise a client
    /// with the settings of the section <c>ServerlessInference:S3</c>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <returns>The reader.</returns>
    public static S3ObjectReader Create(IServiceProvider services, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        return new S3ObjectReader(new S3ClientProvider(services), timeProvider ?? TimeProvider.System);
    }

    /// <summary>Reads an object.</summary>
    /// <param name="item">The object, in the version that it names.</param>
    /// <param name="maxBytes">The maximum size; a larger object is rejected before its content is read.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The content, and the object with its actual entity tag and size.</returns>
    /// <exception cref="InvalidInputException">The object does not exist or is too large.</exception>
    /// <exception cref="IOException">
    /// The object cannot be read at the moment, or a permission is missing; the message says which.
    /// </exception>
    public async ValueTask<(ReadOnlyMemory<byte> Content, ObjectReference Item)> ReadAsync(
        ObjectReference item, long maxBytes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(item);
        CheckSize(item, item.Size ?? 0, maxBytes);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await ReadOnceAsync(item, maxBytes, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (S3Errors.IsSdk(exception))
            {
                throw Translate(exception, item);
            }
            catch (IOException) when (attempt < Retry.MaxAttempts && !cancellationToken.IsCancellationRequested)
            {
                // The body broke off. Inputs are small, so the next attempt starts from the beginning.
            }

            await Retry.PauseAsync(attempt, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Requests an object.</summary>
    /// <param name="item">The object.</param>
    /// <param name="limited">Cancels the request, also after the time limit.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    private async ValueTask<GetObjectResponse> RequestAsync(
        ObjectReference item, CancellationToken limited, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.Client.GetObjectAsync(
                new GetObjectRequest { BucketName = item.Bucket, Key = item.Key, VersionId = item.VersionId },
                limited).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException(
                string.Create(CultureInfo.InvariantCulture, $"{item}: the server sent nothing for {AnswerTimeout.TotalSeconds:N0} s."),
                exception);
        }
    }

    private static void CheckSize(ObjectReference item, long size, long maxBytes)
    {
        if (size > maxBytes)
        {
            throw new InvalidInputException(
                InvalidInputKind.TooLarge,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{item} has {size:N0} bytes; the limit is {maxBytes:N0}. Send a smaller object, or raise MaxBytes in the options."));
        }
    }

    private async ValueTask<(ReadOnlyMemory<byte> Content, ObjectReference Item)> ReadOnceAsync(
        ObjectReference item, long maxBytes, CancellationToken cancellationToken)
    {
        using var idle = new CancellationTokenSource(AnswerTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, cancellationToken);
        using GetObjectResponse response = await RequestAsync(item, either.Token, cancellationToken).ConfigureAwait(false);
        idle.CancelAfter(IdleTimeout);
        if (ContentCoding.FindForeign(response.Headers.ContentEncoding, item.Key) is { } coding)
        {
            throw new InvalidInputException(
                InvalidInputKind.UnsupportedFormat,
                $"{item} is stored with Content-Encoding: {coding}, which is not decoded. Upload the file as it is, without that header.");
        }

        long length = response.ContentLength;
        CheckSize(item, length, Math.Min(maxBytes, Array.MaxLength));
        byte[] content = GC.AllocateUninitializedArray<byte>((int)length);
        int done = 0;
        try
        {
            while (done < content.Length)
            {
                int read = await response.ResponseStream.ReadAsync(content.AsMemory(done), either.Token).ConfigureAwait(false);
                if (read == 0)
                {
                    throw new IOException(
                        string.Create(CultureInfo.InvariantCulture, $"{item} broke off after {done:N0} of {length:N0} bytes."));
                }

                done += read;
                idle.CancelAfter(IdleTimeout);
            }

            // The SDK compares checksums when the end of the stream is read.
            _ = await response.ResponseStream.ReadAsync(new byte[1], either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{item} sent nothing for {IdleTimeout.TotalSeconds:N0} s after {done:N0} of {length:N0} bytes."),
                exception);
        }
        catch (HttpRequestException exception)
        {
            throw new IOException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{item} broke off after {done:N0} of {length:N0} bytes: {exception.Message}"),
                exception);
        }

        return (content, item with { EntityTag = item.EntityTag ?? response.ETag?.Trim('"'), Size = length });
    }

    private static Exception Translate(Exception exception, ObjectReference item)
    {
        if (S3Remedies.Find(exception) is { } remedy)
        {
            return new IOException($"{item} cannot be requested: {remedy}");
        }

        if (exception is not AmazonServiceException { StatusCode: var status, ErrorCode: var code })
        {
            return new IOException(
                $"{item} cannot be requested: {exception.Message} Check the function's role, its region and its network.", exception);
        }

        return status switch
        {
            HttpStatusCode.NotFound when code == "NoSuchBucket" => new InvalidInputException(
                InvalidInputKind.Unprocessable, $"{item} does not exist: the bucket does not exist. Check its name.", exception),
            HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed => new InvalidInputException(
                InvalidInputKind.Unprocessable,
                $"{item} does not exist, or was deleted. Check the key (it must not be URL-encoded) and the version.",
                exception),
            HttpStatusCode.BadRequest when item.VersionId is not null => new InvalidInputException(
                InvalidInputKind.Unprocessable, $"{item} has no such version ({code}).", exception),
            HttpStatusCode.Forbidden when code == "InvalidObjectState" => new InvalidInputException(
                InvalidInputKind.Unprocessable, $"{item} is archived. Restore it first.", exception),
            HttpStatusCode.Forbidden => new IOException(
                $"Access to {item} was denied ({code}). The function's role needs s3:GetObject on it" +
                $"{(item.VersionId is null ? string.Empty : " and s3:GetObjectVersion")}, s3:ListBucket on the bucket (without it, " +
                "a missing object is reported as denied too), and kms:Decrypt if it is encrypted.",
                exception),
            HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect => new IOException(
                $"{item} is in another region than the request ({code}). Set ServerlessInference:S3:Region.", exception),
            _ => new IOException($"{item} cannot be read at the moment: the server answered {(int)status} {code}.", exception),
        };
    }
}

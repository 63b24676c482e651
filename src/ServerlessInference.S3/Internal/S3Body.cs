using Amazon.S3.Model;
using ServerlessInference.Shared;

namespace ServerlessInference.S3;

/// <summary>
/// The body of a response. Whatever the SDK throws while it is read, a checksum mismatch included, is reported as a transient error.
/// </summary>
/// <remarks>Disposing it disposes the response. If the body has not been read to its end, that closes the connection.</remarks>
internal sealed class S3Body(GetObjectResponse response, string location) : ForwardStream
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await response.ResponseStream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (S3Errors.IsSdk(exception))
        {
            throw new IOException($"{location}: {exception.Message}", exception);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            response.Dispose();
        }

        base.Dispose(disposing);
    }
}

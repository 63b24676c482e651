using ServerlessInference.Shared;

namespace ServerlessInference.Models.Http;

/// <summary>The body of an HTTP response. Not thread-safe.</summary>
/// <remarks>Disposing it disposes the response. If the body has not been read to its end, that closes the connection.</remarks>
internal sealed class ResponseStream(HttpResponseMessage response, Stream body) : ForwardStream
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        body.ReadAsync(buffer, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            body.Dispose();
            response.Dispose();
        }

        base.Dispose(disposing);
    }
}

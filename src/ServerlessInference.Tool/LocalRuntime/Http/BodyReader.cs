using System.Buffers;
using System.IO.Pipelines;

namespace ServerlessInference.Tool.LocalRuntime.Http;

/// <summary>Reads request bodies up to a limit.</summary>
internal static class BodyReader
{
    /// <summary>Reads a body to its end.</summary>
    /// <param name="reader">The body.</param>
    /// <param name="limit">
    /// The maximum number of bytes to keep. The rest is read and dropped, since the client reads the response only then.
    /// </param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The kept bytes, and the length of the whole body.</returns>
    public static async Task<(ReadOnlyMemory<byte> Body, long Length)> ReadAsync(
        PipeReader reader, int limit, CancellationToken cancellationToken)
    {
        var kept = new ArrayBufferWriter<byte>();
        long length = 0L;
        while (true)
        {
            ReadResult result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            foreach (ReadOnlyMemory<byte> segment in result.Buffer)
            {
                length += segment.Length;
                if (length <= limit)
                {
                    kept.Write(segment.Span);
                }
            }

            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return (kept.WrittenMemory, length);
            }
        }
    }
}

using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace ServerlessInference.Lambda.Events.Inputs;

/// <summary>Decompresses the body of a request (<c>Content-Encoding</c>), or the data of a record.</summary>
/// <remarks>
/// <para>Sources: RFC 9110, section 8.4.1, for the encodings, of which "deflate" is the zlib format; RFC 1950 (zlib) and RFC 1952 (gzip).
/// </para>
/// <para>The runtime's streams end without an error where compressed data ends too early. The length or the checksum at the end of the data
/// is therefore compared here.</para>
/// </remarks>
internal static class BodyInflater
{
    /// <summary>A length that all compressed data exceeds, so that its first and last bytes can be read.</summary>
    private const int MinLength = 6;

    /// <summary>Decompresses a body.</summary>
    /// <param name="body">The body.</param>
    /// <param name="encoding">The value of the header <c>Content-Encoding</c>.</param>
    /// <param name="maxBytes">The maximum size of the result.</param>
    /// <returns>
    /// The decompressed body; the body itself if it is not compressed, because API Gateway may have decompressed it without removing the
    /// header, and because some clients put a character set into the header.
    /// </returns>
    /// <exception cref="InvalidInputException">The encoding is not supported, or the body is damaged or too large.</exception>
    public static ReadOnlyMemory<byte> Inflate(ReadOnlyMemory<byte> body, string encoding, int maxBytes)
    {
        ReadOnlySpan<char> name = encoding.AsSpan().Trim();
        if (Is(name, "gzip") || Is(name, "x-gzip"))
        {
            return body.Length >= MinLength && body.Span is [0x1F, 0x8B, ..]
                ? CheckLength(Inflate(body, static stream => new GZipStream(stream, CompressionMode.Decompress), maxBytes), body.Span)
                : body;
        }

        if (Is(name, "deflate"))
        {
            return IsZlib(body.Span)
                ? CheckSum(Inflate(body, static stream => new ZLibStream(stream, CompressionMode.Decompress), maxBytes), body.Span)
                : body;
        }

        return name.Contains(',') || Is(name, "br") || Is(name, "zstd") || Is(name, "compress") || Is(name, "x-compress")
            ? throw new InvalidInputException(
                InvalidInputKind.UnsupportedFormat,
                "The body's Content-Encoding is not supported. Send the body without compression, or compressed once with gzip or deflate.")
            : body;
    }

    private static bool Is(ReadOnlySpan<char> name, string expected) => name.Equals(expected, StringComparison.OrdinalIgnoreCase);

    // The first two bytes, read as a number, are a multiple of 31; the lower half of the first one is 8, for "deflate".
    private static bool IsZlib(ReadOnlySpan<byte> body) =>
        body.Length >= MinLength && (body[0] & 0x0F) == 8 && ((body[0] << 8) | body[1]) % 31 == 0;

    private static ReadOnlyMemory<byte> Inflate(ReadOnlyMemory<byte> body, Func<Stream, Stream> open, int maxBytes)
    {
        MemoryMarshal.TryGetArray(body, out ArraySegment<byte> segment);
        using var compressed = new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false);
        using Stream inflated = open(compressed);

        // One byte more than the limit suffices to detect that the body is too large, so a small body cannot fill the memory.
        int limit = maxBytes + 1;
        byte[] content = GC.AllocateUninitializedArray<byte>((int)Math.Min(Math.Max(4L * body.Length, 4096), limit));
        int length = 0;
        try
        {
            while (inflated.Read(content, length, content.Length - length) is > 0 and var read)
            {
                length += read;
                if (length == limit)
                {
                    throw new InvalidInputException(
                        InvalidInputKind.TooLarge,
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"The decompressed input is larger than {maxBytes:N0} bytes, the maximum of the option MaxInflatedBytes."));
                }

                if (length == content.Length)
                {
                    Array.Resize(ref content, (int)Math.Min(2L * content.Length, limit));
                }
            }
        }
        catch (InvalidDataException exception)
        {
            throw Damaged(exception);
        }

        return content.AsMemory(0, length);
    }

    /// <summary>Compares the length of the content with the one at the end of gzip data.</summary>
    private static ReadOnlyMemory<byte> CheckLength(ReadOnlyMemory<byte> content, ReadOnlySpan<byte> compressed) =>
        BinaryPrimitives.ReadUInt32LittleEndian(compressed[^4..]) == (uint)content.Length ? content : throw Damaged(null);

    /// <summary>Compares the checksum (Adler-32) of the content with the one at the end of zlib data.</summary>
    private static ReadOnlyMemory<byte> CheckSum(ReadOnlyMemory<byte> content, ReadOnlySpan<byte> compressed)
    {
        const uint Modulus = 65521;

        // The sums are reduced after as many bytes as cannot exceed 32 bits.
        const int MaxUnreduced = 5552;
        uint low = 1, high = 0;
        for (ReadOnlySpan<byte> rest = content.Span; !rest.IsEmpty;)
        {
            ReadOnlySpan<byte> part = rest[..Math.Min(rest.Length, MaxUnreduced)];
            foreach (byte value in part)
            {
                low += value;
                high += low;
            }

            low %= Modulus;
            high %= Modulus;
            rest = rest[part.Length..];
        }

        return BinaryPrimitives.ReadUInt32BigEndian(compressed[^4..]) == ((high << 16) | low) ? content : throw Damaged(null);
    }

    private static InvalidInputException Damaged(Exception? cause) =>
        new(
            "The input is damaged, or truncated: it does not have the compressed format that its beginning or its Content-Encoding names.",
            cause);
}

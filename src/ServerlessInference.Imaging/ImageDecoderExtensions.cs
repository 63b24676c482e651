using System.Buffers;

namespace ServerlessInference.Imaging;

/// <summary>Decodes images from a stream or from segmented memory.</summary>
/// <remarks>
/// The encoded bytes are collected in pooled memory. No more than <see cref="ImageDecodeOptions.MaxEncodedBytes"/> are accepted.
/// </remarks>
public static class ImageDecoderExtensions
{
    private const int DefaultReadLength = 64 * 1024;

    /// <summary>Reads a stream to its end and decodes the image in it.</summary>
    /// <param name="decoder">The decoder.</param>
    /// <param name="encoded">The encoded image, read from the current position of the stream. The stream is left open.</param>
    /// <param name="options">Limits, orientation, transparency and scaling.</param>
    /// <param name="destination">Receives the size and the pixels of the image. Its content is undefined after an exception.</param>
    /// <param name="cancellationToken">Cancels reading from the stream.</param>
    /// <returns>A task that completes when the image is decoded.</returns>
    /// <exception cref="InvalidImageException">The image is damaged or exceeds a limit, or the decoder cannot read its format.</exception>
    public static async Task DecodeAsync(
        this IImageDecoder decoder,
        Stream encoded,
        ImageDecodeOptions options,
        ImageBuffer destination,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        ArgumentNullException.ThrowIfNull(encoded);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(destination);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(GetInitialLength(encoded, options));
        try
        {
            int length = 0;
            while (true)
            {
                if (length == buffer.Length)
                {
                    buffer = Grow(buffer, length, options);
                }

                int count = await encoded.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
                if (count == 0)
                {
                    break;
                }

                length += count;
                ImageLimits.CheckEncoded(length, options);
            }

            decoder.Decode(buffer.AsSpan(0, length), options, destination);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Decodes an image that is in one or more segments of memory.</summary>
    /// <param name="decoder">The decoder.</param>
    /// <param name="encoded">The whole encoded image. It is read during the call and not kept.</param>
    /// <param name="options">Limits, orientation, transparency and scaling.</param>
    /// <param name="destination">Receives the size and the pixels of the image. Its content is undefined after an exception.</param>
    /// <exception cref="InvalidImageException">The image is damaged or exceeds a limit, or the decoder cannot read its format.</exception>
    public static void Decode(
        this IImageDecoder decoder, in ReadOnlySequence<byte> encoded, ImageDecodeOptions options, ImageBuffer destination)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(destination);
        if (encoded.IsSingleSegment)
        {
            decoder.Decode(encoded.FirstSpan, options, destination);
            return;
        }

        ImageLimits.CheckEncoded(encoded.Length, options);
        int length = (int)encoded.Length;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            encoded.CopyTo(buffer);
            decoder.Decode(buffer.AsSpan(0, length), options, destination);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static int GetInitialLength(Stream encoded, ImageDecodeOptions options)
    {
        if (!encoded.CanSeek)
        {
            return DefaultReadLength;
        }

        long remaining = encoded.Length - encoded.Position;
        ImageLimits.CheckEncoded(remaining, options);

        // One byte more than the stream holds: the read that finds the end of the stream needs a buffer that is not full,
        // and would otherwise have to grow it.
        return (int)Math.Min(remaining + 1, Array.MaxLength);
    }

    private static byte[] Grow(byte[] buffer, int length, ImageDecodeOptions options)
    {
        // At most one byte above the limit: that byte is enough to see that the limit is exceeded.
        long newLength = Math.Min(2L * length, (long)options.MaxEncodedBytes + 1);
        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max(newLength, length + 1L), Array.MaxLength));
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}

using System.Buffers;
using ServerlessInference.Vision.Imaging.Internal;

namespace ServerlessInference.Vision.Imaging;

/// <summary>Decodes images that come as a stream or in several pieces.</summary>
/// <remarks>The encoded bytes are gathered in pooled memory, never more than <see cref="ImageDecodeOptions.MaxEncodedBytes"/> of them.</remarks>
public static class ImageDecoderExtensions
{
    private const int FirstRead = 64 * 1024;

    /// <summary>Reads a stream to its end and decodes the image in it.</summary>
    /// <param name="decoder">The decoder.</param>
    /// <param name="encoded">The encoded image from the stream's current position; it is left open.</param>
    /// <param name="options">Limits, orientation, transparency and scaling.</param>
    /// <param name="destination">Takes the image's size and pixels; undefined after an exception.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>A task that ends when the image is decoded.</returns>
    /// <exception cref="InvalidInputException">The image is damaged, of a format that the decoder does not read, or exceeds a limit.</exception>
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
        byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstLength(encoded, options));
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

    /// <summary>Decodes an image that lies in one or more pieces of memory.</summary>
    /// <param name="decoder">The decoder.</param>
    /// <param name="encoded">The whole encoded image; read during the call, never kept.</param>
    /// <param name="options">Limits, orientation, transparency and scaling.</param>
    /// <param name="destination">Takes the image's size and pixels; undefined after an exception.</param>
    /// <exception cref="InvalidInputException">The image is damaged, of a format that the decoder does not read, or exceeds a limit.</exception>
    public static void Decode(this IImageDecoder decoder, in ReadOnlySequence<byte> encoded, ImageDecodeOptions options, ImageBuffer destination)
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

    private static int FirstLength(Stream encoded, ImageDecodeOptions options)
    {
        if (!encoded.CanSeek)
        {
            return FirstRead;
        }

        long left = encoded.Length - encoded.Position;
        ImageLimits.CheckEncoded(left, options);

        // One more than there is, so that the end is seen without growing.
        return (int)Math.Min(left + 1, Array.MaxLength);
    }

    private static byte[] Grow(byte[] buffer, int length, ImageDecodeOptions options)
    {
        long wanted = Math.Min(2L * length, (long)options.MaxEncodedBytes + 1);
        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max(wanted, length + 1L), Array.MaxLength));
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}

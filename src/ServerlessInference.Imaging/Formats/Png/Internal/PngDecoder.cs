using System.Buffers.Binary;

namespace ServerlessInference.Imaging.Formats.Png;

/// <summary>Decodes PNG (ISO/IEC 15948) with every colour type, bit depth and interlacing method.</summary>
/// <remarks>
/// The runtime's zlib inflates one batch of rows at a time into pooled memory. It never inflates more bytes than the header calls for.
/// Thread-safe. Working memory is reused from image to image, at most one set per hardware thread.
/// </remarks>
internal sealed class PngDecoder : IImageDecoder
{
    /// <summary>
    /// The maximum expansion of a DEFLATE stream (RFC 1951: two bits can encode 258 bytes). A header that claims more pixels than that is
    /// rejected before memory is allocated.
    /// </summary>
    private const long MaxExpansion = 1032;

    private readonly DecodeStatePool<PngDecodeState> _states = new();

    public bool CanDecode(ImageFormat format) => format == ImageFormat.Png;

    public ImageInfo Identify(ReadOnlySpan<byte> encoded)
    {
        PngHeader header = PngContents.ReadHeader(encoded);
        int orientation = PngOrientation.Find(encoded[ImageFormatDetector.PngSignature.Length..]);
        return OrientationTransform.SwapsSides(orientation)
            ? new ImageInfo(ImageFormat.Png, header.Height, header.Width, orientation)
            : new ImageInfo(ImageFormat.Png, header.Width, header.Height, orientation);
    }

    public void Decode(ReadOnlySpan<byte> encoded, ImageDecodeOptions options, ImageBuffer destination)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(destination);
        ImageLimits.CheckEncoded(encoded.Length, options);
        PngHeader header = PngContents.ReadHeader(encoded);
        ImageLimits.CheckSize("PNG", header.Width, header.Height, options);
        PngContents contents = PngContents.Read(encoded);
        if (header.RawBytes > (contents.ImageDataBytes + 1) * MaxExpansion)
        {
            throw new InvalidImageException(
                $"The PNG states {header.Width} x {header.Height} pixels but has only {contents.ImageDataBytes} bytes of image data. " +
                "The file is truncated or damaged.");
        }

        PngDecodeState state = _states.Rent() ?? new PngDecodeState();
        try
        {
            state.Decode(contents, options, destination);
        }
        finally
        {
            _states.Return(state);
        }
    }

    // The header comes first and has the size. A file that is too short for it is rejected before anything is allocated.
    public long EstimateMemory(ReadOnlySpan<byte> encoded)
    {
        const int WidthOffset = 16, HeaderLength = 26;
        if (encoded.Length < HeaderLength)
        {
            return 0;
        }

        // Decode rejects a side that is not positive as a signed number (PngHeader). The product of two of the others, times three, may
        // still exceed 64 bits with a sign.
        int width = BinaryPrimitives.ReadInt32BigEndian(encoded[WidthOffset..]);
        int height = BinaryPrimitives.ReadInt32BigEndian(encoded[(WidthOffset + 4)..]);
        return width <= 0 || height <= 0
            ? 0
            : (long)Math.Min((ulong)ImageBuffer.Channels * (ulong)width * (ulong)height, long.MaxValue);
    }
}

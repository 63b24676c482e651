namespace ServerlessInference.Imaging.Formats.Gif;

/// <summary>Decodes the first frame of a GIF to the same bytes as Pillow.</summary>
/// <remarks>Thread-safe. Working memory is reused from image to image, at most one set per hardware thread.</remarks>
internal sealed class GifDecoder : IImageDecoder
{
    /// <summary>
    /// The longest string of a code has about 4,000 indices, and a code has at least 3 bits. A header that claims more pixels than that is
    /// rejected before memory is allocated.
    /// </summary>
    private const long MaxPixelsPerByte = 11_000;

    private readonly DecodeStatePool<GifDecodeState> _states = new();

    public bool CanDecode(ImageFormat format) => format == ImageFormat.Gif;

    public ImageInfo Identify(ReadOnlySpan<byte> encoded)
    {
        GifFrame frame = GifFrame.Read(encoded);
        return new ImageInfo(ImageFormat.Gif, frame.Width, frame.Height, ExifOrientation.Normal);
    }

    public void Decode(ReadOnlySpan<byte> encoded, ImageDecodeOptions options, ImageBuffer destination)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(destination);
        ImageLimits.CheckEncoded(encoded.Length, options);
        GifFrame frame = GifFrame.Read(encoded);
        ImageLimits.CheckSize("GIF", frame.Width, frame.Height, options);
        if ((long)frame.FrameWidth * frame.FrameHeight > (frame.Data.Length + 1) * MaxPixelsPerByte)
        {
            throw GifErrors.Truncated("image data");
        }

        GifDecodeState state = _states.Rent() ?? new GifDecodeState();
        try
        {
            state.Decode(frame, options, destination);
        }
        finally
        {
            _states.Return(state);
        }
    }

    // One index per pixel is kept next to the image.
    public long EstimateMemory(ReadOnlySpan<byte> encoded)
    {
        try
        {
            GifFrame frame = GifFrame.Read(encoded);
            return ((long)frame.Width * frame.Height * ImageBuffer.Channels) + ((long)frame.FrameWidth * frame.FrameHeight);
        }
        catch (InvalidImageException)
        {
            // Decode reports the same error before it allocates.
            return 0;
        }
    }
}

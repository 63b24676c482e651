namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>Decodes WebP files, lossy and lossless, to the same bytes as libwebp, as used by Pillow.</summary>
/// <remarks>
/// <para>Of an animation, the first frame is decoded. ICC profiles are ignored.</para>
/// <para>Thread-safe. Working memory is reused from image to image, at most one set per hardware thread.</para>
/// </remarks>
internal sealed class WebpDecoder : IImageDecoder
{
    private readonly DecodeStatePool<WebpDecodeState> _states = new();

    public bool CanDecode(ImageFormat format) => format == ImageFormat.Webp;

    public ImageInfo Identify(ReadOnlySpan<byte> encoded)
    {
        WebpContents contents = WebpContents.Read(encoded);
        int orientation = contents.Orientation;
        return OrientationTransform.SwapsSides(orientation)
            ? new ImageInfo(ImageFormat.Webp, contents.Height, contents.Width, orientation)
            : new ImageInfo(ImageFormat.Webp, contents.Width, contents.Height, orientation);
    }

    public void Decode(ReadOnlySpan<byte> encoded, ImageDecodeOptions options, ImageBuffer destination)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(destination);
        ImageLimits.CheckEncoded(encoded.Length, options);
        WebpContents contents = WebpContents.Read(encoded);
        ImageLimits.CheckSize("WebP", contents.Width, contents.Height, options);
        WebpDecodeState state = _states.Rent() ?? new WebpDecodeState();
        try
        {
            state.Decode(contents, options, destination);
        }
        finally
        {
            _states.Return(state);
        }
    }

    // Lossless pictures keep all pixels in 32 bits, because later pixels may repeat earlier ones; transparency of lossy pictures is
    // decoded in the same way and then kept in 8 bits.
    public long EstimateMemory(ReadOnlySpan<byte> encoded)
    {
        try
        {
            WebpContents contents = WebpContents.Read(encoded);
            WebpImage image = contents.Image;
            int perPixel = image.IsLossless ? sizeof(uint) : image.HasAlphaChunk ? sizeof(uint) + 1 : 0;
            return ((long)contents.Width * contents.Height * ImageBuffer.Channels) + ((long)image.Width * image.Height * perPixel);
        }
        catch (InvalidImageException)
        {
            // Decode reports the same error before it allocates.
            return 0;
        }
    }
}

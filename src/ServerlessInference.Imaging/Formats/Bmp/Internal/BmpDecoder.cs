namespace ServerlessInference.Imaging.Formats.Bmp;

/// <summary>Decodes BMPs of 1, 4, 8, 16, 24 and 32 bits per pixel, also run-length encoded ones, to the same bytes as Pillow.</summary>
/// <remarks>
/// <para>Run-length encoded files are read as the format defines them, where Pillow misreads some; docs/architecture/imaging.md lists the
/// differences.</para>
/// <para>Thread-safe. Working memory is reused from image to image, at most one set per hardware thread.</para>
/// </remarks>
internal sealed class BmpDecoder : IImageDecoder
{
    private readonly DecodeStatePool<BmpDecodeState> _states = new();

    public bool CanDecode(ImageFormat format) => format == ImageFormat.Bmp;

    public ImageInfo Identify(ReadOnlySpan<byte> encoded)
    {
        BmpHeader header = BmpHeader.Read(encoded);
        return new ImageInfo(ImageFormat.Bmp, header.Width, header.Height, ExifOrientation.Normal);
    }

    public void Decode(ReadOnlySpan<byte> encoded, ImageDecodeOptions options, ImageBuffer destination)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(destination);
        ImageLimits.CheckEncoded(encoded.Length, options);
        BmpHeader header = BmpHeader.Read(encoded);
        ImageLimits.CheckSize("BMP", header.Width, header.Height, options);
        BmpDecodeState state = _states.Rent() ?? new BmpDecodeState();
        try
        {
            state.Decode(encoded, header, options, destination);
        }
        finally
        {
            _states.Return(state);
        }
    }

    // Run-length encoded files keep one index per pixel next to the image.
    public long EstimateMemory(ReadOnlySpan<byte> encoded)
    {
        try
        {
            BmpHeader header = BmpHeader.Read(encoded);
            return (long)header.Width * header.Height * (ImageBuffer.Channels + (header.IsRunLengthEncoded ? 1 : 0));
        }
        catch (InvalidImageException)
        {
            // Decode reports the same error before it allocates.
            return 0;
        }
    }
}

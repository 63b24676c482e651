namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>Decodes JPEGs to the same RGB bytes as libjpeg-turbo 2.1.5 with its default settings, as used by Pillow.</summary>
/// <remarks>
/// <para>Reads baseline, extended sequential and progressive Huffman-coded JPEGs of 8 bits with 1, 3 or 4 components. Source:
/// ITU-T T.81, T.871 (JFIF); docs/architecture/imaging.md describes how the equality is checked.</para>
/// <para>Thread-safe. Buffers are reused from image to image, at most one set per hardware thread.</para>
/// </remarks>
internal sealed class JpegDecoder : IImageDecoder
{
    private readonly DecodeStatePool<JpegDecodeState> _states = new();

    /// <inheritdoc/>
    public bool CanDecode(ImageFormat format) => format == ImageFormat.Jpeg;

    /// <inheritdoc/>
    public ImageInfo Identify(ReadOnlySpan<byte> encoded)
    {
        JpegDecodeState state = _states.Rent() ?? new JpegDecodeState();
        try
        {
            return state.Identify(encoded);
        }
        finally
        {
            _states.Return(state);
        }
    }

    /// <inheritdoc/>
    public void Decode(ReadOnlySpan<byte> encoded, ImageDecodeOptions options, ImageBuffer destination)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(destination);
        JpegDecodeState state = _states.Rent() ?? new JpegDecodeState();
        try
        {
            state.Decode(encoded, options, destination);
        }
        finally
        {
            _states.Return(state);
        }
    }

    /// <inheritdoc/>
    public long EstimateMemory(ReadOnlySpan<byte> encoded) => JpegFootprint.Estimate(encoded, shorterSide: 0);

    /// <inheritdoc/>
    public long EstimateMemory(ReadOnlySpan<byte> encoded, ImageDecodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return JpegFootprint.Estimate(encoded, options.ScaleToShorterSide);
    }
}

namespace ServerlessInference.Imaging;

/// <summary>Decodes encoded images to RGB pixels.</summary>
/// <remarks>
/// <para>Output: 8-bit RGB, interleaved, <c>[height, width, 3]</c>, in the orientation in which the image is displayed.</para>
/// <para>Implementations must be thread-safe: concurrent callers share one decoder, and each passes its own buffer.</para>
/// <para>A decoder of your own checks <see cref="ImageLimits"/>, turns pixels with <see cref="OrientationTransform"/> if the file states an
/// orientation, and is passed to <see cref="ImageDecoder"/>.</para>
/// </remarks>
public interface IImageDecoder
{
    /// <summary>Determines whether this decoder can read a format.</summary>
    /// <param name="format">The format.</param>
    /// <returns><see langword="true"/> if <see cref="Decode"/> accepts images of this format.</returns>
    bool CanDecode(ImageFormat format);

    /// <summary>Reads the header of an image without decoding its pixels.</summary>
    /// <param name="encoded">The whole encoded image.</param>
    /// <returns>The format, size and orientation that the header states.</returns>
    /// <exception cref="InvalidImageException">The image is damaged, or this decoder cannot read its format.</exception>
    ImageInfo Identify(ReadOnlySpan<byte> encoded);

    /// <summary>Estimates how much memory decoding an image takes, so that a caller can limit what is decoded at the same time.</summary>
    /// <remarks>
    /// The default reads the header (<see cref="Identify"/>) and assumes a second copy of the image with 32 bits per pixel, as decoders of
    /// other libraries hold. An implementation that holds less should say so.
    /// </remarks>
    /// <param name="encoded">The whole encoded image.</param>
    /// <returns>
    /// The number of bytes, 0 or more, including those of the decoded image. 0 for input that <see cref="Decode"/> rejects before it
    /// allocates.
    /// </returns>
    long EstimateMemory(ReadOnlySpan<byte> encoded)
    {
        const int BytesPerPixel = ImageBuffer.Channels + 4;
        try
        {
            // The sides come from the file and may be anything, so the product must not overflow.
            ImageInfo info = Identify(encoded);
            return (long)Int128.Min((Int128)info.Width * info.Height * BytesPerPixel, long.MaxValue);
        }
        catch (InvalidImageException)
        {
            // Decode will report the same error to its caller.
            return 0;
        }
    }

    /// <summary>Estimates how much memory decoding an image with these options takes.</summary>
    /// <remarks>The default ignores the options. An implementation that scales an image while it decodes it should consider them.</remarks>
    /// <param name="encoded">The whole encoded image.</param>
    /// <param name="options">The options that <see cref="Decode"/> will be called with.</param>
    /// <returns>
    /// The number of bytes, 0 or more, including those of the decoded image. 0 for input that <see cref="Decode"/> rejects before it
    /// allocates.
    /// </returns>
    long EstimateMemory(ReadOnlySpan<byte> encoded, ImageDecodeOptions options) => EstimateMemory(encoded);

    /// <summary>Decodes an image.</summary>
    /// <param name="encoded">The whole encoded image. It is read during the call and not kept.</param>
    /// <param name="options">Limits, orientation, transparency and scaling.</param>
    /// <param name="destination">Receives the size and the pixels of the image. Its content is undefined after an exception.</param>
    /// <exception cref="InvalidImageException">
    /// The image is damaged or exceeds a limit, or this decoder cannot read its format.
    /// </exception>
    void Decode(ReadOnlySpan<byte> encoded, ImageDecodeOptions options, ImageBuffer destination);
}

namespace ServerlessInference.Vision.Imaging;

/// <summary>Decodes encoded images to RGB pixels.</summary>
/// <remarks>
/// <para>Output: 8-bit RGB, interleaved, <c>[height, width, 3]</c>, in the orientation in which the image is displayed.</para>
/// <para>Implementations must be thread-safe: concurrent callers share one decoder, and each passes its own buffer.</para>
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
    /// <exception cref="InvalidInputException">The image is damaged, or this decoder cannot read its format.</exception>
    ImageInfo Identify(ReadOnlySpan<byte> encoded);

    /// <summary>Decodes an image.</summary>
    /// <param name="encoded">The whole encoded image. It is read during the call and not kept.</param>
    /// <param name="options">Limits, orientation, transparency and scaling.</param>
    /// <param name="destination">Receives the size and the pixels of the image. Its content is undefined after an exception.</param>
    /// <exception cref="InvalidInputException">
    /// The image is damaged or exceeds a limit, or this decoder cannot read its format.
    /// </exception>
    void Decode(ReadOnlySpan<byte> encoded, ImageDecodeOptions options, ImageBuffer destination);
}

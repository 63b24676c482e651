namespace ServerlessInference.Vision.Imaging;

/// <summary>Decodes encoded images to RGB pixels.</summary>
/// <remarks>
/// <para>Output: 8-bit RGB, interleaved, <c>[height, width, 3]</c>, in the orientation in which the image is displayed.</para>
/// <para>Thread-safe: one decoder serves simultaneous callers, each with a buffer of its own.</para>
/// </remarks>
public interface IImageDecoder
{
    /// <summary>Tells whether this decoder reads a format.</summary>
    /// <param name="format">The format.</param>
    /// <returns>Whether <see cref="Decode"/> accepts images of it.</returns>
    bool CanDecode(ImageFormat format);

    /// <summary>Reads an image's header.</summary>
    /// <param name="encoded">The whole encoded image.</param>
    /// <returns>What the header says.</returns>
    /// <exception cref="InvalidInputException">The image is damaged or of a format that this decoder does not read.</exception>
    ImageInfo Identify(ReadOnlySpan<byte> encoded);

    /// <summary>Decodes an image.</summary>
    /// <param name="encoded">The whole encoded image; read during the call, never kept.</param>
    /// <param name="options">Limits, orientation, transparency and scaling.</param>
    /// <param name="destination">Takes the image's size and pixels; undefined after an exception.</param>
    /// <exception cref="InvalidInputException">The image is damaged, of a format that this decoder does not read, or exceeds a limit.</exception>
    void Decode(ReadOnlySpan<byte> encoded, ImageDecodeOptions options, ImageBuffer destination);
}

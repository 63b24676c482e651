namespace ServerlessInference.Imaging;

/// <summary>Checks an image against the limits of <see cref="ImageDecodeOptions"/> before memory is allocated for it.</summary>
/// <remarks>
/// Every decoder calls both methods: <see cref="CheckEncoded"/> first, and <see cref="CheckSize"/> as soon as it knows the size.
/// Thread-safe and stateless.
/// </remarks>
/// <example>
/// <code>
/// public void Decode(ReadOnlySpan&lt;byte&gt; encoded, ImageDecodeOptions options, ImageBuffer destination)
/// {
///     ImageLimits.CheckEncoded(encoded.Length, options);
///     ImageInfo info = Identify(encoded);
///     ImageLimits.CheckSize("HEIC", info.Width, info.Height, options);
///     destination.Resize(info.Width, info.Height);
///     // ...
/// }
/// </code>
/// </example>
public static class ImageLimits
{
    /// <summary>Checks the size of the file.</summary>
    /// <param name="bytes">The number of bytes of the encoded image.</param>
    /// <param name="options">The limits.</param>
    /// <exception cref="InvalidImageException">
    /// There are more than <see cref="ImageDecodeOptions.MaxEncodedBytes"/>, or none at all.
    /// </exception>
    public static void CheckEncoded(long bytes, ImageDecodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (bytes > options.MaxEncodedBytes)
        {
            throw new InvalidImageException(
                InvalidImageKind.TooLarge,
                $"The encoded image has more than {options.MaxEncodedBytes} bytes ({bytes}). Send a smaller one, or raise " +
                $"{nameof(ImageDecodeOptions)}.{nameof(ImageDecodeOptions.MaxEncodedBytes)}.");
        }

        if (bytes == 0)
        {
            throw new InvalidImageException("The image is empty: 0 bytes. Send a whole encoded image.");
        }
    }

    /// <summary>Checks the size of the image.</summary>
    /// <param name="format">The name of the format, for the message: <c>JPEG</c>.</param>
    /// <param name="width">The width in pixels.</param>
    /// <param name="height">The height in pixels.</param>
    /// <param name="options">The limits.</param>
    /// <exception cref="InvalidImageException">
    /// A side exceeds <see cref="ImageDecodeOptions.MaxDimension"/>, or the image <see cref="ImageDecodeOptions.MaxPixels"/>.
    /// </exception>
    public static void CheckSize(string format, int width, int height, ImageDecodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (width > options.MaxDimension || height > options.MaxDimension)
        {
            throw new InvalidImageException(
                InvalidImageKind.TooLarge,
                $"The {format} has {width} x {height} pixels; the maximum per side is {options.MaxDimension}. Send a smaller image, or " +
                $"raise {nameof(ImageDecodeOptions)}.{nameof(ImageDecodeOptions.MaxDimension)}.");
        }

        if ((long)width * height > options.MaxPixels)
        {
            throw new InvalidImageException(
                InvalidImageKind.TooLarge,
                $"The {format} has {width} x {height} pixels; the maximum is {options.MaxPixels} pixels in total. Send a smaller image, " +
                $"or raise {nameof(ImageDecodeOptions)}.{nameof(ImageDecodeOptions.MaxPixels)}.");
        }
    }
}

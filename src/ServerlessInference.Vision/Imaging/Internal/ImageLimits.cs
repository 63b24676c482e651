namespace ServerlessInference.Vision.Imaging.Internal;

/// <summary>Checks an image against the limits of <see cref="ImageDecodeOptions"/> before memory is allocated for it.</summary>
internal static class ImageLimits
{
    public static void CheckEncoded(long bytes, ImageDecodeOptions options)
    {
        if (bytes > options.MaxEncodedBytes)
        {
            throw new InvalidInputException(
                InvalidInputKind.TooLarge,
                $"The encoded image has more than {options.MaxEncodedBytes} bytes ({bytes}). Send a smaller one, or raise " +
                $"{nameof(ImageDecodeOptions)}.{nameof(ImageDecodeOptions.MaxEncodedBytes)}.");
        }

        if (bytes == 0)
        {
            throw new InvalidInputException("The image is empty: 0 bytes. Send a whole encoded image.");
        }
    }

    public static void CheckSize(string format, int width, int height, ImageDecodeOptions options)
    {
        if (width > options.MaxDimension || height > options.MaxDimension)
        {
            throw new InvalidInputException(
                InvalidInputKind.TooLarge,
                $"The {format} has {width} x {height} pixels; the maximum per side is {options.MaxDimension}. Send a smaller image, or " +
                $"raise {nameof(ImageDecodeOptions)}.{nameof(ImageDecodeOptions.MaxDimension)}.");
        }

        if ((long)width * height > options.MaxPixels)
        {
            throw new InvalidInputException(
                InvalidInputKind.TooLarge,
                $"The {format} has {width} x {height} pixels; the maximum is {options.MaxPixels} pixels in total. Send a smaller image, " +
                $"or raise {nameof(ImageDecodeOptions)}.{nameof(ImageDecodeOptions.MaxPixels)}.");
        }
    }
}

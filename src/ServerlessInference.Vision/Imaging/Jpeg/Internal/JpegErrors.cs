namespace ServerlessInference.Vision.Imaging.Jpeg.Internal;

/// <summary>The exceptions that the JPEG decoder throws.</summary>
internal static class JpegErrors
{
    public static InvalidInputException Truncated() =>
        new("The JPEG ends before its end-of-image marker. Send the whole file.");

    public static InvalidInputException Malformed(string found) =>
        new($"The JPEG is damaged: {found}. Send an undamaged file.");

    public static InvalidInputException Unsupported(string found) =>
        new(InvalidInputKind.UnsupportedFormat, $"The JPEG uses {found}; baseline, extended sequential and progressive Huffman-coded JPEGs of 8 bits and 1, 3 or 4 components are read. Convert it to one of these.");

    public static InvalidInputException TooManyBytes(int found, int limit) =>
        TooLarge($"has {found} bytes", $"{limit}", nameof(ImageDecodeOptions.MaxEncodedBytes));

    public static InvalidInputException TooManyPixels(int width, int height, long limit) =>
        TooLarge($"has {width} × {height} = {(long)width * height} pixels", $"{limit}", nameof(ImageDecodeOptions.MaxPixels));

    public static InvalidInputException SideTooLong(int width, int height, int limit) =>
        TooLarge($"has {width} × {height} pixels", $"{limit} on a side", nameof(ImageDecodeOptions.MaxDimension));

    public static InvalidInputException TooManyScans(int limit) =>
        TooLarge($"has more than {limit} scans", $"{limit}", nameof(ImageDecodeOptions.MaxProgressiveScans));

    private static InvalidInputException TooLarge(string found, string limit, string option) =>
        new(InvalidInputKind.TooLarge, $"The JPEG {found}; at most {limit} are accepted. Send a smaller image, or raise {option}.");
}

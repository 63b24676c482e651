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

    public static InvalidInputException TooManyScans(int limit) =>
        new(InvalidInputKind.TooLarge, $"The JPEG has more than {limit} scans. Save it with fewer, or raise {nameof(ImageDecodeOptions)}.{nameof(ImageDecodeOptions.MaxProgressiveScans)}.");
}

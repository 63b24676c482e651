namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>Creates the exceptions of the JPEG decoder.</summary>
internal static class JpegErrors
{
    public static InvalidImageException Truncated() =>
        new("The JPEG ends before its end-of-image marker. Send the whole file.");

    public static InvalidImageException Malformed(string found) =>
        new($"The JPEG is damaged: {found}. Send an undamaged file.");

    public static InvalidImageException Unsupported(string found) =>
        new(
            InvalidImageKind.UnsupportedFormat,
            $"The JPEG uses {found}, which is not supported. Convert it to a baseline, extended sequential or progressive Huffman-coded " +
            "JPEG of 8 bits and 1, 3 or 4 components.");

    public static InvalidImageException TooManyScans(int limit) =>
        new(
            InvalidImageKind.TooLarge,
            $"The JPEG has more than {limit} scans. Save it with fewer, or raise " +
            $"{nameof(ImageDecodeOptions)}.{nameof(ImageDecodeOptions.MaxProgressiveScans)}.");
}

namespace ServerlessInference.Imaging.Formats.Bmp;

/// <summary>Creates the exceptions of the BMP decoder.</summary>
internal static class BmpErrors
{
    public static InvalidImageException Truncated(string part) =>
        new($"The BMP ends inside its {part}. Send the whole file.");

    public static InvalidImageException Malformed(string found) =>
        new($"The BMP is damaged: {found}. Send an undamaged file.");

    public static InvalidImageException Unsupported(string found) =>
        new(
            InvalidImageKind.UnsupportedFormat,
            $"The BMP uses {found}, which is not supported. Convert it to PNG, or to a BMP of 1, 4, 8, 24 or 32 bits per pixel.");
}

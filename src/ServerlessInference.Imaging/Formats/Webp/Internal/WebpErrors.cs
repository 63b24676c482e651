namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>Creates the exceptions of the WebP decoder.</summary>
internal static class WebpErrors
{
    public static InvalidImageException Truncated(string part) =>
        new($"The WebP ends inside its {part}. Send the whole file.");

    public static InvalidImageException Malformed(string found) =>
        new($"The WebP is damaged: {found}. Send an undamaged file.");
}

namespace ServerlessInference.Imaging.Formats.Gif;

/// <summary>Creates the exceptions of the GIF decoder.</summary>
internal static class GifErrors
{
    public static InvalidImageException Truncated(string part) =>
        new($"The GIF ends inside its {part}. Send the whole file.");

    public static InvalidImageException Malformed(string found) =>
        new($"The GIF is damaged: {found}. Send an undamaged file.");
}

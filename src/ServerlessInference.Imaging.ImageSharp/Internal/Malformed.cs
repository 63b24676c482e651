namespace ServerlessInference.Imaging.ImageSharp;

/// <summary>Creates the exceptions for damaged files.</summary>
internal static class Malformed
{
    public static InvalidImageException Truncated(string format) =>
        new($"The {format} file is truncated. Send the whole file.");

    public static InvalidImageException Create(string format, string what) =>
        new($"The {format} file is damaged: {what}. Send an undamaged file.");
}

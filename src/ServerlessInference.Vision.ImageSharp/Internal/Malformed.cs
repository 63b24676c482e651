namespace ServerlessInference.Vision.ImageSharp.Internal;

/// <summary>Creates the exceptions for damaged files.</summary>
internal static class Malformed
{
    public static InvalidInputException Truncated(string format) =>
        new($"The {format} file ends before its image does. Send the whole file.");

    public static InvalidInputException Create(string format, string what) =>
        new($"The {format} file is damaged: {what}. Send an intact file.");
}

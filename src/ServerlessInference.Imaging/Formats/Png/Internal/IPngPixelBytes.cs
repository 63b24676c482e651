namespace ServerlessInference.Imaging.Formats.Png;

/// <summary>The number of bytes per pixel as a type argument, so that the compiler treats it as a constant.</summary>
internal interface IPngPixelBytes
{
    static abstract int Count { get; }
}

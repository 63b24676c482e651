namespace ServerlessInference.Vision.Imaging.Png.Internal;

/// <summary>The bytes of a pixel, as a constant that the compiler sees.</summary>
internal interface IPngPixelBytes
{
    static abstract int Count { get; }
}

namespace ServerlessInference.Imaging.Formats.Png;

/// <summary>The pixel sizes for which vector code is worthwhile.</summary>
internal static class PngPixelBytes
{
    public readonly struct Three : IPngPixelBytes
    {
        public static int Count => 3;
    }

    public readonly struct Four : IPngPixelBytes
    {
        public static int Count => 4;
    }

    public readonly struct Six : IPngPixelBytes
    {
        public static int Count => 6;
    }

    public readonly struct Eight : IPngPixelBytes
    {
        public static int Count => 8;
    }
}

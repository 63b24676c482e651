namespace ServerlessInference.Imaging.Formats.Png;

/// <summary>The colour types of PNG. The values are those of ISO/IEC 15948, table 11.1.</summary>
internal enum PngColorType : byte
{
    Grayscale = 0,
    Rgb = 2,
    Palette = 3,
    GrayscaleAlpha = 4,
    RgbAlpha = 6,
}

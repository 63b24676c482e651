namespace ServerlessInference.Vision.Detection.Internal.Drawing;

/// <summary>A colour.</summary>
/// <param name="Red">0 to 255.</param>
/// <param name="Green">0 to 255.</param>
/// <param name="Blue">0 to 255.</param>
internal readonly record struct RgbColor(byte Red, byte Green, byte Blue)
{
    private const int HueSteps = 6 * 256;

    /// <summary>The golden section of the hues: neighbouring classes lie far apart, and none repeats soon.</summary>
    private const int HueStep = 949;

    /// <summary>Gets black or white, whichever is read more easily on this colour (ITU-R BT.601's luma).</summary>
    public RgbColor Contrast => ((299 * Red) + (587 * Green) + (114 * Blue)) / 1000 >= 128 ? new RgbColor(0, 0, 0) : new RgbColor(255, 255, 255);

    /// <summary>Gives a class its colour, always the same.</summary>
    /// <param name="index">The class's index.</param>
    /// <returns>A bright, saturated colour.</returns>
    public static RgbColor OfClass(int index)
    {
        int hue = (int)((long)index * HueStep % HueSteps);
        byte rising = (byte)(hue & 255);
        byte falling = (byte)(255 - rising);
        return (hue >> 8) switch
        {
            0 => new RgbColor(255, rising, 0),
            1 => new RgbColor(falling, 255, 0),
            2 => new RgbColor(0, 255, rising),
            3 => new RgbColor(0, falling, 255),
            4 => new RgbColor(rising, 0, 255),
            _ => new RgbColor(255, 0, falling),
        };
    }
}

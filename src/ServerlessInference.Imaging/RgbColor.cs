namespace ServerlessInference.Imaging;

/// <summary>A colour with 8 bits per channel.</summary>
/// <param name="Red">Red, 0 to 255.</param>
/// <param name="Green">Green, 0 to 255.</param>
/// <param name="Blue">Blue, 0 to 255.</param>
public readonly record struct RgbColor(byte Red, byte Green, byte Blue)
{
    private const int HueSteps = 6 * 256;

    /// <summary>
    /// The difference between the hues of consecutive classes: the golden ratio times all hues, so that consecutive classes have clearly
    /// different colours and colours do not repeat soon.
    /// </summary>
    private const int HueStep = 949;

    /// <summary>Gets black or white, whichever is more legible on this colour (by the luma of ITU-R BT.601).</summary>
    public RgbColor Contrast =>
        ((299 * Red) + (587 * Green) + (114 * Blue)) / 1000 >= 128 ? new RgbColor(0, 0, 0) : new RgbColor(255, 255, 255);

    /// <summary>Gets the colour of a class. A class always has the same colour.</summary>
    /// <param name="index">The index of the class.</param>
    /// <returns>A bright, saturated colour.</returns>
    public static RgbColor ForClass(int index)
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

namespace ServerlessInference.Vision.Imaging.Jpeg.Internal;

/// <summary>Converts rows of four components to RGB as Pillow's <c>convert("RGB")</c> does.</summary>
/// <remarks>
/// Pillow takes every four-component JPEG to be inverted, as Adobe writes them, whether or not it has Adobe's marker. With
/// C, M, Y, K after that inversion, red is 255 − K less C·(255 − K)/255, rounded; it knows no colour profiles.
/// </remarks>
internal static unsafe class CmykToRgb
{
    /// <summary>Converts a row of C, M, Y and K as they are stored.</summary>
    /// <param name="c">Cyan, inverted.</param>
    /// <param name="m">Magenta, inverted.</param>
    /// <param name="y">Yellow, inverted.</param>
    /// <param name="k">Black, inverted.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="target">Takes <c>3 × width</c> bytes.</param>
    public static void ConvertCmyk(byte* c, byte* m, byte* y, byte* k, int width, byte* target)
    {
        for (int x = 0; x < width; x++, target += 3)
        {
            int white = k[x];
            target[0] = Mix(255 - c[x], white);
            target[1] = Mix(255 - m[x], white);
            target[2] = Mix(255 - y[x], white);
        }
    }

    /// <summary>Converts a row of Y, Cb, Cr and K as they are stored.</summary>
    /// <param name="y">Brightness.</param>
    /// <param name="cb">Blue difference.</param>
    /// <param name="cr">Red difference.</param>
    /// <param name="k">Black, inverted.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="target">Takes <c>3 × width</c> bytes.</param>
    public static void ConvertYcck(byte* y, byte* cb, byte* cr, byte* k, int width, byte* target)
    {
        YccToRgb.Convert(y, cb, cr, width, target);
        for (int x = 0; x < width; x++, target += 3)
        {
            int white = k[x];
            target[0] = Mix(target[0], white);
            target[1] = Mix(target[1], white);
            target[2] = Mix(target[2], white);
        }
    }

    private static byte Mix(int ink, int white)
    {
        int product = (ink * white) + 128;
        return (byte)Math.Max(0, white - (((product >> 8) + product) >> 8));
    }
}

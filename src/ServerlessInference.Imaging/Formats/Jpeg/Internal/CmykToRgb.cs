namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>Converts rows of four components to RGB, as Pillow's <c>convert("RGB")</c> does.</summary>
/// <remarks>
/// Pillow assumes that every four-component JPEG is stored inverted, as Adobe does, whether or not the file has Adobe's marker. With C,
/// M, Y and K after that inversion, red is (255 − K) − C·(255 − K)/255, rounded; green and blue likewise. Colour profiles are ignored.
/// </remarks>
internal static unsafe class CmykToRgb
{
    /// <summary>Converts a row of C, M, Y and K as they are stored.</summary>
    /// <param name="c">Cyan, inverted.</param>
    /// <param name="m">Magenta, inverted.</param>
    /// <param name="y">Yellow, inverted.</param>
    /// <param name="k">Black, inverted.</param>
    /// <param name="width">The number of pixels.</param>
    /// <param name="target">Receives <c>3 × width</c> bytes.</param>
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
    /// <param name="width">The number of pixels.</param>
    /// <param name="target">Receives <c>3 × width</c> bytes.</param>
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

    // Subtracts ink × white / 255. The division is (p + (p >> 8)) >> 8 with p = product + 128, which rounds exactly for 8-bit operands.
    private static byte Mix(int ink, int white)
    {
        int product = (ink * white) + 128;
        return (byte)Math.Max(0, white - (((product >> 8) + product) >> 8));
    }
}

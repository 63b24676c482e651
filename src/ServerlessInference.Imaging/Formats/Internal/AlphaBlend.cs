using System.Runtime.CompilerServices;

namespace ServerlessInference.Imaging.Formats;

/// <summary>Composites a pixel over a background colour, as Pillow's <c>paste</c> does with the alpha channel as mask.</summary>
internal static class AlphaBlend
{
    /// <summary>Replaces a pixel by its blend with the background.</summary>
    /// <param name="pixel">Red, green and blue.</param>
    /// <param name="alpha">0 for the background, 255 for the pixel.</param>
    /// <param name="background">The background as <c>0xRRGGBB</c>.</param>
    public static unsafe void Apply(byte* pixel, int alpha, int background)
    {
        pixel[0] = Blend(pixel[0], (background >> 16) & 255, alpha);
        pixel[1] = Blend(pixel[1], (background >> 8) & 255, alpha);
        pixel[2] = Blend(pixel[2], background & 255, alpha);
    }

    // Divides by 255 with rounding and without a division: (s + (s >> 8)) >> 8 with s = sum + 128 is exact for all 8-bit operands.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte Blend(int over, int under, int alpha)
    {
        int sum = (over * alpha) + (under * (255 - alpha)) + 128;
        return (byte)((sum + (sum >> 8)) >> 8);
    }
}

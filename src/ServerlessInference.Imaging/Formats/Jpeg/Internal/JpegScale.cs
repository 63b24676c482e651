namespace ServerlessInference.Imaging.Formats.Jpeg;

/// <summary>Chooses how far a JPEG is scaled down while it is decoded: to 8, 4, 2 or 1 eighths of its size.</summary>
internal static class JpegScale
{
    private const int Full = 8;

    /// <summary>Chooses the smallest scale whose shorter side is still at least the given length.</summary>
    /// <param name="width">The width in pixels.</param>
    /// <param name="height">The height in pixels.</param>
    /// <param name="shorterSide">The length in pixels; 0 for full size.</param>
    /// <returns>The size of a block of 8 x 8 pixels after scaling: 8, 4, 2 or 1.</returns>
    public static int Choose(int width, int height, int shorterSide)
    {
        int scale = Full;
        int side = Math.Min(width, height);
        while (shorterSide > 0 && scale > 1 && Apply(side, scale / 2) >= shorterSide)
        {
            scale /= 2;
        }

        return scale;
    }

    /// <summary>Gets the length of a side after scaling.</summary>
    public static int Apply(int side, int scale) => ((side * scale) + Full - 1) / Full;
}

namespace ServerlessInference.Imaging.Formats.Webp;

/// <summary>How strongly the edges of a macroblock are filtered. Source: RFC 6386, section 15.</summary>
/// <param name="Limit">The limit of the difference across edges inside a macroblock; 0 for no filter.</param>
/// <param name="InteriorLimit">The limit of the differences next to an edge.</param>
/// <param name="HighVariance">The difference from which an edge counts as high variance.</param>
internal readonly record struct Vp8FilterStrength(byte Limit, byte InteriorLimit, byte HighVariance)
{
    /// <summary>Computes the strength from a level.</summary>
    /// <param name="level">The level; values outside 0 to 63 are clamped.</param>
    /// <param name="sharpness">The sharpness of the frame, 0 to 7.</param>
    public static Vp8FilterStrength Create(int level, int sharpness)
    {
        level = Math.Clamp(level, 0, 63);
        if (level == 0)
        {
            return default;
        }

        int interior = level;
        if (sharpness > 0)
        {
            interior = Math.Min(interior >> (sharpness > 4 ? 2 : 1), 9 - sharpness);
        }

        interior = Math.Max(interior, 1);
        int variance = level >= 40 ? 2 : level >= 15 ? 1 : 0;
        return new Vp8FilterStrength((byte)((2 * level) + interior), (byte)interior, (byte)variance);
    }
}

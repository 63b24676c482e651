namespace ServerlessInference.Imaging.Tests.Formats.Gif;

/// <summary>Makes small GIF files.</summary>
internal static class GifFiles
{
    /// <summary>Gets a palette of eight colours.</summary>
    public static byte[] Palette { get; } = [.. Enumerable.Range(0, 24).Select(i => (byte)(i * 10))];

    /// <summary>Makes a file with one frame.</summary>
    /// <param name="screen">The size of the screen.</param>
    /// <param name="frame">The position and size of the frame.</param>
    /// <param name="indices">The indices as stored, 0 to 7.</param>
    /// <param name="globalPalette">A palette of eight colours, or none.</param>
    /// <param name="localPalette">A palette of eight colours, or none.</param>
    /// <param name="interlaced">Whether the rows are interlaced.</param>
    /// <param name="transparent">The transparent index, or -1.</param>
    public static byte[] Create(
        (int Width, int Height) screen,
        (int Left, int Top, int Width, int Height) frame,
        byte[] indices,
        byte[]? globalPalette = null,
        byte[]? localPalette = null,
        bool interlaced = false,
        int transparent = -1)
    {
        List<byte> file = [.. "GIF89a"u8, .. Words(screen.Width, screen.Height), (byte)(globalPalette is null ? 0 : 0x82), 0, 0];
        file.AddRange(globalPalette ?? []);
        if (transparent >= 0)
        {
            file.AddRange([(byte)'!', 0xF9, 4, 1, 0, 0, (byte)transparent, 0]);
        }

        file.AddRange([(byte)',', .. Words(frame.Left, frame.Top, frame.Width, frame.Height)]);
        file.Add((byte)((localPalette is null ? 0 : 0x82) | (interlaced ? 0x40 : 0)));
        file.AddRange(localPalette ?? []);
        file.Add(3);
        file.AddRange(Compress(indices));
        file.Add((byte)';');
        return [.. file];
    }

    /// <summary>Writes each index as a code of 4 bits, and a clear code before the codes would need 5 bits.</summary>
    public static byte[] Compress(byte[] indices)
    {
        List<int> codes = [];
        for (int i = 0; i < indices.Length; i++)
        {
            if (i % 6 == 0)
            {
                codes.Add(8);
            }

            codes.Add(indices[i]);
        }

        codes.Add(9);
        if (codes.Count % 2 != 0)
        {
            codes.Add(0);
        }

        byte[] bytes = [.. Enumerable.Range(0, codes.Count / 2).Select(i => (byte)(codes[2 * i] | (codes[(2 * i) + 1] << 4)))];
        return Blocks(bytes);
    }

    public static byte[] Blocks(byte[] bytes) =>
        [.. bytes.Chunk(255).SelectMany(block => (byte[])[(byte)block.Length, .. block]), 0];

    private static byte[] Words(params int[] values) => [.. values.SelectMany(value => (byte[])[(byte)value, (byte)(value >> 8)])];
}

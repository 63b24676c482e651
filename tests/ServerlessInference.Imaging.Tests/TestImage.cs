namespace ServerlessInference.Imaging.Tests;

/// <summary>Images computed with the same formula as in <c>generate_resize_hashes.py</c>.</summary>
internal static class TestImage
{
    internal static ImageBuffer Create(int width, int height)
    {
        var image = new ImageBuffer(width, height);
        for (int y = 0; y < height; y++)
        {
            Span<byte> row = image.Row(y);
            for (int i = 0; i < row.Length; i++)
            {
                int x = i / 3;
                int c = i % 3;
                row[i] = (byte)((((x * 31) + (y * 17) + (c * 101)) * (x + (3 * y) + (7 * c) + 1)) >> 3);
            }
        }

        return image;
    }

    internal static ImageBuffer Solid(int width, int height, byte value)
    {
        var image = new ImageBuffer(width, height);
        image.Pixels.Fill(value);
        return image;
    }

    internal static ImageBuffer Random(int width, int height, int seed)
    {
        var image = new ImageBuffer(width, height);
        new Random(seed).NextBytes(image.Pixels);
        return image;
    }
}

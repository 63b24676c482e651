using ServerlessInference.Imaging;

namespace ServerlessInference.Benchmarks.Imaging;

/// <summary>What one writes by hand: a letterbox with bilinear sampling, fused with the division by 255, one value at a time.</summary>
internal static class PlainLetterbox
{
    /// <summary>Writes an image into the middle of a square NCHW tensor.</summary>
    public static void Write(ImageBuffer image, int size, float[] tensor)
    {
        float gain = Math.Min((float)size / image.Width, (float)size / image.Height);
        int width = (int)MathF.Round(image.Width * gain);
        int height = (int)MathF.Round(image.Height * gain);
        int left = (size - width) / 2;
        int top = (size - height) / 2;
        int plane = size * size;
        Array.Fill(tensor, 114f / 255f);
        ReadOnlySpan<byte> pixels = image.Pixels;
        int stride = image.Stride;
        for (int y = 0; y < height; y++)
        {
            float sourceY = Math.Clamp(((y + 0.5f) / gain) - 0.5f, 0, image.Height - 1);
            int y0 = (int)sourceY;
            int y1 = Math.Min(y0 + 1, image.Height - 1);
            float fy = sourceY - y0;
            ReadOnlySpan<byte> upper = pixels.Slice(y0 * stride, stride);
            ReadOnlySpan<byte> lower = pixels.Slice(y1 * stride, stride);
            int to = ((top + y) * size) + left;
            for (int x = 0; x < width; x++, to++)
            {
                float sourceX = Math.Clamp(((x + 0.5f) / gain) - 0.5f, 0, image.Width - 1);
                int x0 = (int)sourceX;
                int x1 = Math.Min(x0 + 1, image.Width - 1);
                float fx = sourceX - x0;
                for (int channel = 0; channel < 3; channel++)
                {
                    float above = upper[(x0 * 3) + channel] + ((upper[(x1 * 3) + channel] - upper[(x0 * 3) + channel]) * fx);
                    float below = lower[(x0 * 3) + channel] + ((lower[(x1 * 3) + channel] - lower[(x0 * 3) + channel]) * fx);
                    tensor[(channel * plane) + to] = (above + ((below - above) * fy)) / 255f;
                }
            }
        }
    }
}

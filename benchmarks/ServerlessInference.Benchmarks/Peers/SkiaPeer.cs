using System.Runtime.InteropServices;
using ServerlessInference.Imaging;
using SkiaSharp;

namespace ServerlessInference.Benchmarks.Peers;

/// <summary>The image work done with SkiaSharp: 32 bits a pixel, which is what Skia decodes to, into memory that is used again.</summary>
internal sealed unsafe class SkiaPeer : IDisposable
{
    public const string Name = "SkiaSharp 4.155.0";

    /// <summary>Takes four pixels for each, as OpenCV's INTER_LINEAR does. Mipmaps look better and take several times as long.</summary>
    private static readonly SKSamplingOptions Linear = new(SKFilterMode.Linear);

    private readonly SKBitmap _decoded = new();
    private readonly SKBitmap _resized = new();

    /// <summary>Decodes, and keeps the image.</summary>
    public void Decode(byte[] encoded)
    {
        fixed (byte* start = encoded)
        {
            using SKData data = SKData.Create((nint)start, encoded.Length);
            using SKCodec codec = SKCodec.Create(data) ?? throw new InvalidOperationException("Skia does not know the format.");
            Allocate(_decoded, codec.Info.Width, codec.Info.Height);
            SKCodecResult result = codec.GetPixels(_decoded.Info, _decoded.GetPixels());
            if (result != SKCodecResult.Success)
            {
                throw new InvalidOperationException($"Skia could not decode the image: {result}.");
            }
        }
    }

    /// <summary>Makes a normalised tensor of the decoded image: shorter side to 256, the middle 224 x 224.</summary>
    public void WriteClassification(float[] tensor, ReadOnlySpan<float> mean, ReadOnlySpan<float> deviation)
    {
        const int Size = 224;
        int shorter = Math.Min(_decoded.Width, _decoded.Height);
        int width = _decoded.Width * 256 / shorter;
        int height = _decoded.Height * 256 / shorter;
        Resize(width, height);
        Write((width - Size) / 2, (height - Size) / 2, Size, Size, 0, 0, Size, tensor, mean, deviation);
    }

    /// <summary>Makes a letterboxed tensor of the decoded image.</summary>
    public void WriteLetterbox(float[] tensor, int size)
    {
        float gain = Math.Min((float)size / _decoded.Width, (float)size / _decoded.Height);
        int width = (int)MathF.Round(_decoded.Width * gain);
        int height = (int)MathF.Round(_decoded.Height * gain);
        Resize(width, height);
        Array.Fill(tensor, 114f / 255f);
        Write(0, 0, width, height, (size - width) / 2, (size - height) / 2, size, tensor, [0, 0, 0], [1, 1, 1]);
    }

    /// <summary>Gets the mean and the largest difference of the decoded pixels.</summary>
    public string Difference(ImageBuffer ours)
    {
        byte[] pixels = new byte[_decoded.Width * _decoded.Height * 3];
        ReadOnlySpan<byte> from = _decoded.GetPixelSpan();
        for (int i = 0; i < pixels.Length / 3; i++)
        {
            from.Slice(i * 4, 3).CopyTo(pixels.AsSpan(i * 3));
        }

        return ResultDifference.Pixels(ours, pixels, _decoded.Width, _decoded.Height);
    }

    public void Dispose()
    {
        _decoded.Dispose();
        _resized.Dispose();
    }

    private static void Allocate(SKBitmap bitmap, int width, int height)
    {
        if (bitmap.Width != width || bitmap.Height != height)
        {
            bitmap.TryAllocPixels(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        }
    }

    private void Resize(int width, int height)
    {
        Allocate(_resized, width, height);
        using SKPixmap from = _decoded.PeekPixels();
        using SKPixmap to = _resized.PeekPixels();
        if (!from.ScalePixels(to, Linear))
        {
            throw new InvalidOperationException("Skia could not resize the image.");
        }
    }

    private void Write(
        int fromX,
        int fromY,
        int width,
        int height,
        int left,
        int top,
        int size,
        float[] tensor,
        ReadOnlySpan<float> mean,
        ReadOnlySpan<float> deviation)
    {
        int plane = size * size;
        ReadOnlySpan<uint> pixels = MemoryMarshal.Cast<byte, uint>(_resized.GetPixelSpan());
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<uint> row = pixels.Slice(((fromY + y) * _resized.Width) + fromX, width);
            for (int channel = 0; channel < 3; channel++)
            {
                Span<float> to = tensor.AsSpan((channel * plane) + ((top + y) * size) + left, width);
                float scale = 1 / deviation[channel];
                int shift = channel * 8;
                for (int x = 0; x < row.Length; x++)
                {
                    to[x] = ((((row[x] >> shift) & 255) / 255f) - mean[channel]) * scale;
                }
            }
        }
    }
}

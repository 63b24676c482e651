using ServerlessInference.Imaging;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;
using SharpConfiguration = SixLabors.ImageSharp.Configuration;

namespace ServerlessInference.Benchmarks.Peers;

/// <summary>The image work done with ImageSharp, on one thread, as its documentation shows it.</summary>
internal sealed class ImageSharpPeer : IDisposable
{
    public const string Name = "ImageSharp 2.1.13";

    private readonly SharpConfiguration _configuration;
    private Image<Rgb24>? _decoded;

    public ImageSharpPeer()
    {
        _configuration = SharpConfiguration.Default.Clone();
        _configuration.MaxDegreeOfParallelism = 1;
    }

    /// <summary>Decodes, and keeps the image.</summary>
    public void Decode(byte[] encoded)
    {
        _decoded?.Dispose();
        _decoded = Image.Load<Rgb24>(_configuration, encoded);
    }

    /// <summary>Makes a normalised tensor of the decoded image: shorter side to 256, the middle 224 x 224.</summary>
    public void WriteClassification(float[] tensor, ReadOnlySpan<float> mean, ReadOnlySpan<float> deviation)
    {
        const int Size = 224;
        int shorter = Math.Min(_decoded!.Width, _decoded.Height);
        int width = _decoded.Width * 256 / shorter;
        int height = _decoded.Height * 256 / shorter;
        using Image<Rgb24> cropped = _decoded.Clone(context => context
            .Resize(width, height, KnownResamplers.Triangle)
            .Crop(new Rectangle((width - Size) / 2, (height - Size) / 2, Size, Size)));
        Write(cropped, 0, 0, Size, tensor, mean, deviation);
    }

    /// <summary>Makes a letterboxed tensor of the decoded image.</summary>
    public void WriteLetterbox(float[] tensor, int size)
    {
        float gain = Math.Min((float)size / _decoded!.Width, (float)size / _decoded.Height);
        int width = (int)MathF.Round(_decoded.Width * gain);
        int height = (int)MathF.Round(_decoded.Height * gain);
        using Image<Rgb24> resized = _decoded.Clone(context => context.Resize(width, height, KnownResamplers.Triangle));
        Array.Fill(tensor, 114f / 255f);
        Write(resized, (size - width) / 2, (size - height) / 2, size, tensor, [0, 0, 0], [1, 1, 1]);
    }

    /// <summary>Gets the mean and the largest difference of the decoded pixels.</summary>
    public string Difference(ImageBuffer ours)
    {
        byte[] pixels = new byte[_decoded!.Width * _decoded.Height * 3];
        _decoded.CopyPixelDataTo(pixels);
        return ResultDifference.Pixels(ours, pixels, _decoded.Width, _decoded.Height);
    }

    public void Dispose() => _decoded?.Dispose();

    private static void Write(
        Image<Rgb24> image, int left, int top, int size, float[] tensor, ReadOnlySpan<float> mean, ReadOnlySpan<float> deviation)
    {
        int plane = size * size;
        (float red, float green, float blue) = (mean[0], mean[1], mean[2]);
        (float redScale, float greenScale, float blueScale) = (1 / deviation[0], 1 / deviation[1], 1 / deviation[2]);
        image.ProcessPixelRows(rows =>
        {
            for (int y = 0; y < rows.Height; y++)
            {
                ReadOnlySpan<Rgb24> row = rows.GetRowSpan(y);
                int at = ((top + y) * size) + left;
                Span<float> reds = tensor.AsSpan(at, row.Length);
                Span<float> greens = tensor.AsSpan(plane + at, row.Length);
                Span<float> blues = tensor.AsSpan((2 * plane) + at, row.Length);
                for (int x = 0; x < row.Length; x++)
                {
                    reds[x] = ((row[x].R / 255f) - red) * redScale;
                    greens[x] = ((row[x].G / 255f) - green) * greenScale;
                    blues[x] = ((row[x].B / 255f) - blue) * blueScale;
                }
            }
        });
    }
}

using ServerlessInference.Imaging;

namespace ServerlessInference.Vision;

/// <summary>A small grey image for warming up a pipeline.</summary>
internal static class WarmupImage
{
    private const int Side = 32;

    /// <summary>Gets the image as a PNG file. Each call encodes it again, which is fine because only warm-ups call this.</summary>
    public static ReadOnlyMemory<byte> Png
    {
        get
        {
            var image = new ImageBuffer(Side, Side);
            image.Pixels.Fill(128);
            using var stream = new MemoryStream();
            PngEncoder.Encode(image, stream);
            return stream.ToArray();
        }
    }
}

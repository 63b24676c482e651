using ServerlessInference.Vision.Imaging.Png;

namespace ServerlessInference.Vision.Imaging.Internal;

/// <summary>A small grey image, to warm a pipeline with.</summary>
internal static class WarmupImage
{
    private const int Side = 32;

    /// <summary>Gets the image as a PNG file; encoded anew at each call, which warm-ups alone make.</summary>
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

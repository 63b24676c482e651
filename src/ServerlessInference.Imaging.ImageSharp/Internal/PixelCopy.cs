using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace ServerlessInference.Imaging.ImageSharp;

/// <summary>Copies the pixels of ImageSharp to the place where they are displayed.</summary>
/// <remarks>The operations of ImageSharp need several passes, and they round blended colours differently from the PNG decoder.</remarks>
internal static class PixelCopy
{
    /// <summary>Writes an image.</summary>
    /// <param name="image">The image as stored.</param>
    /// <param name="orientation">The orientation to apply, 1 to 8.</param>
    /// <param name="options">How transparency is handled.</param>
    /// <param name="destination">Receives the size and the pixels of the image as displayed.</param>
    public static void Write(Image<Rgba32> image, int orientation, ImageDecodeOptions options, ImageBuffer destination)
    {
        bool swaps = OrientationTransform.SwapsSides(orientation);
        destination.Resize(swaps ? image.Height : image.Width, swaps ? image.Width : image.Height);
        byte[] line = new byte[image.Width * ImageBuffer.Channels];
        image.ProcessPixelRows(rows =>
        {
            for (int y = 0; y < rows.Height; y++)
            {
                Convert(rows.GetRowSpan(y), options, line);
                OrientationTransform.WriteRows(line, rows.Width, rows.Height, y, orientation, destination.Pixels);
            }
        });
    }

    private static void Convert(ReadOnlySpan<Rgba32> from, ImageDecodeOptions options, Span<byte> to)
    {
        bool compose = options.Alpha == AlphaMode.Compose;
        for (int x = 0; x < from.Length; x++)
        {
            Rgba32 pixel = from[x];
            Span<byte> target = to.Slice(x * ImageBuffer.Channels, ImageBuffer.Channels);
            int alpha = compose ? pixel.A : byte.MaxValue;
            target[0] = Blend(pixel.R, (options.Background >> 16) & 255, alpha);
            target[1] = Blend(pixel.G, (options.Background >> 8) & 255, alpha);
            target[2] = Blend(pixel.B, options.Background & 255, alpha);
        }
    }

    // The nearest integer to (over * alpha + under * (255 - alpha)) / 255.
    private static byte Blend(int over, int under, int alpha)
    {
        int sum = (over * alpha) + (under * (255 - alpha)) + 128;
        return (byte)((sum + (sum >> 8)) >> 8);
    }
}

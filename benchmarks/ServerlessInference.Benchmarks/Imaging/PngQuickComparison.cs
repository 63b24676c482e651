using System.IO.Compression;
using ServerlessInference.Imaging;

namespace ServerlessInference.Benchmarks.Imaging;

/// <summary>Decodes PNGs to RGB in turns with libpng: a photo, and a drawing like a screenshot, of 1080p each.</summary>
internal static class PngQuickComparison
{
    /// <summary>Runs the comparison.</summary>
    /// <param name="arguments">The number of rounds, 30 if left out, and paths of other PNGs.</param>
    public static void Run(string[] arguments)
    {
        if (!LibPng.IsAvailable)
        {
            Console.WriteLine("libpng16.so.16 is missing: apt-get install libpng16-16");
            return;
        }

        int rounds = InterleavedTiming.Rounds(arguments, 30);
        if (arguments.Length > 1)
        {
            foreach (string path in arguments[1..])
            {
                Compare(Path.GetFileName(path), File.ReadAllBytes(path), rounds);
            }

            return;
        }

        var photo = new ImageBuffer();
        new ImageDecoder().Decode(BenchmarkPhotos.Read("p1920x1080.jpg"), new ImageDecodeOptions(), photo);
        Compare("photo of 1080p as PNG", PngEncoder.Encode(photo, CompressionLevel.Optimal), rounds);
        Compare("screenshot of 1080p as PNG", PngEncoder.Encode(DrawScreenshot(), CompressionLevel.Optimal), rounds);
    }

    private static void Compare(string title, byte[] encoded, int rounds)
    {
        var decoder = new ImageDecoder();
        var options = new ImageDecodeOptions();
        var image = new ImageBuffer();
        decoder.Decode(encoded, options, image);
        byte[] target = new byte[image.Pixels.Length];
        InterleavedTiming.Run(
            title,
            rounds,
            new TimedAction("libpng", () => LibPng.Decode(encoded, target), 2),
            new TimedAction("ServerlessInference", () => decoder.Decode(encoded, options, image), 2, "libpng"));
        if (!image.Pixels.SequenceEqual(target))
        {
            Console.WriteLine("  The pixels differ.");
        }
    }

    // Windows with lines of text on a plain background.
    private static ImageBuffer DrawScreenshot()
    {
        var image = new ImageBuffer();
        image.Resize(1920, 1080);
        image.Pixels.Fill(236);
        var canvas = new Canvas(image);
        for (int window = 0; window < 4; window++)
        {
            int left = 40 + (window % 2 * 940);
            int top = 40 + (window / 2 * 520);
            for (int y = top; y < top + 480; y++)
            {
                image.Row(y).Slice(left * 3, 900 * 3).Fill((byte)(y < top + 32 ? 70 : 255));
            }

            for (int line = 0; line < 22; line++)
            {
                string text = $"line {line}: the quick brown fox jumps over {window * line} dogs";
                canvas.Write(text, left + 10, top + 40 + (line * 19), scale: 2, new RgbColor(20, 20, 20));
            }
        }

        return image;
    }
}

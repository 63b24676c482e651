using ServerlessInference.Imaging;

namespace ServerlessInference.Benchmarks.Imaging;

/// <summary>Decodes WebP files to RGB in turns with libwebp, which also makes them from the photos.</summary>
internal static class WebpQuickComparison
{
    private const float Quality = 80;

    /// <summary>Runs the comparison.</summary>
    /// <param name="arguments">The number of rounds, 30 if left out, and paths of other files than those made from the photos.</param>
    public static void Run(string[] arguments)
    {
        if (!LibWebp.IsAvailable)
        {
            Console.WriteLine("libwebp.so.7 is missing: apt-get install libwebp7");
            return;
        }

        int rounds = InterleavedTiming.Rounds(arguments, 30);
        if (arguments.Length > 1)
        {
            foreach (string path in arguments[1..])
            {
                Compare(Path.GetFileName(path), File.ReadAllBytes(path), 1, rounds);
            }

            return;
        }

        foreach ((string photo, int repeat) in ((string, int)[])[("p500x375.jpg", 20), ("p1920x1080.jpg", 2), ("p4032x3024.jpg", 1)])
        {
            var pixels = new ImageBuffer();
            new ImageDecoder().Decode(BenchmarkPhotos.Read(photo), new ImageDecodeOptions(), pixels);
            Compare($"{photo} as lossy WebP", LibWebp.Encode(pixels.Pixels, pixels.Width, pixels.Height, Quality), repeat, rounds);
            Compare($"{photo} as lossless WebP", LibWebp.Encode(pixels.Pixels, pixels.Width, pixels.Height, null), repeat, rounds);
        }
    }

    private static void Compare(string title, byte[] encoded, int repeat, int rounds)
    {
        var decoder = new ImageDecoder();
        var options = new ImageDecodeOptions();
        var image = new ImageBuffer();
        decoder.Decode(encoded, options, image);
        byte[] target = new byte[image.Pixels.Length];
        int stride = image.Stride;
        InterleavedTiming.Run(
            title,
            rounds,
            new TimedAction("libwebp", () => LibWebp.Decode(encoded, target, stride), repeat),
            new TimedAction("ServerlessInference", () => decoder.Decode(encoded, options, image), repeat, "libwebp"));
        if (!image.Pixels.SequenceEqual(target))
        {
            Console.WriteLine("  The pixels differ.");
        }
    }
}

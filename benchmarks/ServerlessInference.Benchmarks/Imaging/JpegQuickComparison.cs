using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Formats.Jpeg;

namespace ServerlessInference.Benchmarks.Imaging;

/// <summary>Decodes JPEGs to RGB in turns with libjpeg-turbo.</summary>
internal static class JpegQuickComparison
{
    private static readonly (string Photo, int Denominator, int Repeat)[] Cases =
    [
        ("p500x375.jpg", 1, 40), ("p1920x1080.jpg", 1, 4), ("p4032x3024.jpg", 1, 1),
        ("p4032x3024.jpg", 2, 1), ("p4032x3024.jpg", 4, 1), ("p4032x3024.jpg", 8, 1),
    ];

    /// <summary>Runs the comparison.</summary>
    /// <param name="arguments">The number of rounds, 60 if left out, and paths of other photos than the usual ones.</param>
    public static void Run(string[] arguments)
    {
        int rounds = InterleavedTiming.Rounds(arguments, 60);
        IEnumerable<(string Photo, int Denominator, int Repeat)> cases = arguments.Length > 1
            ? arguments[1..].Select(photo => (Path.GetFullPath(photo), 1, 3))
            : Cases;
        foreach ((string photo, int denominator, int repeat) in cases)
        {
            Compare(photo, denominator, repeat, rounds);
        }
    }

    private static void Compare(string photo, int denominator, int repeat, int rounds)
    {
        byte[] encoded = BenchmarkPhotos.Read(photo);
        var decoder = new JpegDecoder();
        var image = new ImageBuffer();
        ImageInfo info = decoder.Identify(encoded);
        var options = new ImageDecodeOptions
        {
            ScaleToShorterSide = denominator == 1 ? 0 : (Math.Min(info.Width, info.Height) + denominator - 1) / denominator,
        };
        string title = $"{Path.GetFileName(photo)} at 1/{denominator}";
        const string turboName = "libjpeg-turbo";
        var ours = new TimedAction("ServerlessInference", () => decoder.Decode(encoded, options, image), repeat, turboName);
        if (!TurboJpeg.IsAvailable)
        {
            InterleavedTiming.Run(title + " (libturbojpeg.so.0 is missing: apt-get install libturbojpeg0)", rounds, ours);
            return;
        }

        using var turbo = new TurboJpeg();
        byte[] target = turbo.Decode(encoded, denominator, null);
        InterleavedTiming.Run(title, rounds, new TimedAction(turboName, () => turbo.Decode(encoded, denominator, target), repeat), ours);
        if (!image.Pixels.SequenceEqual(target.AsSpan(0, image.Pixels.Length)))
        {
            Console.WriteLine("  The pixels differ.");
        }
    }
}

using System.Diagnostics;
using ServerlessInference.Vision.Imaging;
using ServerlessInference.Vision.Imaging.Jpeg;

namespace ServerlessInference.Benchmarks.Imaging;

/// <summary>Compares with libjpeg-turbo in alternating rounds, so that a busy machine slows both alike: minimum and median.</summary>
internal static class JpegQuickComparison
{
    private static readonly (string Photo, int Denominator, int Inner)[] Cases =
    [
        ("p500x375.jpg", 1, 40), ("p1920x1080.jpg", 1, 4), ("p4032x3024.jpg", 1, 1),
        ("p4032x3024.jpg", 2, 1), ("p4032x3024.jpg", 4, 1), ("p4032x3024.jpg", 8, 1),
    ];

    /// <summary>Runs the comparison.</summary>
    /// <param name="arguments">The number of rounds, 60 if left out, and paths of other photos than the usual ones.</param>
    public static void Run(string[] arguments)
    {
        int rounds = arguments.Length > 0 ? int.Parse(arguments[0], System.Globalization.CultureInfo.InvariantCulture) : 60;
        Console.WriteLine($"{"photo",-16}{"scale",6}{"ours min",10}{"median",9}{"turbo min",11}{"median",9}{"ratio min",11}{"median",8}{"bytes/image",13}");
        IEnumerable<(string Photo, int Denominator, int Inner)> cases = arguments.Length > 1
            ? arguments[1..].Select(photo => (Path.GetFullPath(photo), 1, 3))
            : Cases;
        foreach ((string photo, int denominator, int inner) in cases)
        {
            Compare(photo, denominator, inner, rounds);
        }
    }

    private static void Compare(string photo, int denominator, int inner, int rounds)
    {
        byte[] encoded = BenchmarkPhotos.Read(photo);
        var decoder = new JpegDecoder();
        var image = new ImageBuffer();
        ImageInfo info = decoder.Identify(encoded);
        var options = new ImageDecodeOptions
        {
            ScaleToShorterSide = denominator == 1 ? 0 : (Math.Min(info.Width, info.Height) + denominator - 1) / denominator,
        };
        using TurboJpeg? turbo = TurboJpeg.IsAvailable ? new TurboJpeg() : null;
        byte[]? target = turbo?.Decode(encoded, denominator, null);
        for (int i = 0; i < 100; i++)
        {
            decoder.Decode(encoded, options, image);
        }

        double[] ours = new double[rounds];
        double[] theirs = new double[rounds];
        long allocated = 0;
        for (int round = 0; round < rounds; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < inner; i++)
            {
                decoder.Decode(encoded, options, image);
            }

            ours[round] = Stopwatch.GetElapsedTime(start).TotalMilliseconds / inner;
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            start = Stopwatch.GetTimestamp();
            for (int i = 0; i < inner && turbo is not null; i++)
            {
                turbo.Decode(encoded, denominator, target);
            }

            theirs[round] = Stopwatch.GetElapsedTime(start).TotalMilliseconds / inner;
        }

        Array.Sort(ours);
        Array.Sort(theirs);
        (double ourMedian, double theirMedian) = (ours[rounds / 2], theirs[rounds / 2]);
        string ratios = turbo is null ? "   (libturbojpeg.so.0 is missing)" : $"{ours[0] / theirs[0],11:F2}{ourMedian / theirMedian,8:F2}";
        Console.WriteLine($"{Path.GetFileName(photo),-16}{$"1/{denominator}",6}{ours[0],10:F2}{ourMedian,9:F2}{theirs[0],11:F2}{theirMedian,9:F2}{ratios}{allocated / ((long)rounds * inner),13}");
        if (target is not null && !image.Pixels.SequenceEqual(target.AsSpan(0, image.Pixels.Length)))
        {
            Console.WriteLine("  The pixels differ.");
        }
    }
}

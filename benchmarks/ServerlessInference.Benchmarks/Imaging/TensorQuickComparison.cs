using System.Diagnostics;
using System.Globalization;
using ServerlessInference.Vision.Imaging;

namespace ServerlessInference.Benchmarks.Imaging;

/// <summary>Times pixels to tensors in alternating rounds with their baselines, so that a busy machine slows both alike: minimum and median.</summary>
internal static class TensorQuickComparison
{
    /// <summary>Runs the comparison.</summary>
    /// <param name="arguments">The number of rounds, 200 if left out.</param>
    public static void Run(string[] arguments)
    {
        int rounds = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 200;
        Console.WriteLine($"{"what",-44}{"min",9}{"median",9}  ms");
        float[] small = new float[3 * 224 * 224];
        float[] large = new float[3 * 640 * 640];
        ImageBuffer photo = Noise(500, 375);
        ImageBuffer video = Noise(1920, 1080);
        ImageBuffer encodedPhoto = new();
        var decoder = new ImageDecoder();
        var options = new ImageDecodeOptions();
        byte[] encoded = BenchmarkPhotos.Read("p500x375.jpg");
        var bilinear = new ImageTensorizer(ImagePreprocessingPresets.Torchvision());
        var bicubic = new ImageTensorizer(ImagePreprocessingPresets.Timm());
        var letterbox = new ImageTensorizer(ImagePreprocessingPresets.Ultralytics());
        using TurboJpeg? turbo = TurboJpeg.IsAvailable ? new TurboJpeg() : null;
        byte[]? target = turbo?.Decode(encoded, 1, null);
        Time(
            rounds,
            ("500x375 JPEG: libjpeg-turbo, decoding alone", () => turbo?.Decode(encoded, 1, target)),
            ("500x375 JPEG to 224 tensor", () =>
            {
                decoder.Decode(encoded, options, encodedPhoto);
                bilinear.Write(encodedPhoto, small);
            }),
            ("500x375 pixels to 224 tensor, bilinear", () => bilinear.Write(photo, small)),
            ("500x375 pixels to 224 tensor, bicubic", () => bicubic.Write(photo, small)),
            ("1080p pixels to 224 tensor, bilinear", () => bilinear.Write(video, small)),
            ("1080p pixels to 640 letterbox, plain loop", () => PlainLetterbox.Write(video, 640, large)),
            ("1080p pixels to 640 letterbox", () => letterbox.Write(video, large)));
    }

    private static void Time(int rounds, params (string Name, Action Action)[] cases)
    {
        double[][] times = [.. cases.Select(_ => new double[rounds])];
        for (int warm = 0; warm < 60; warm++)
        {
            Array.ForEach(cases, one => one.Action());
        }

        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < cases.Length; i++)
            {
                long start = Stopwatch.GetTimestamp();
                cases[i].Action();
                times[i][round] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
        }

        for (int i = 0; i < cases.Length; i++)
        {
            Array.Sort(times[i]);
            Console.WriteLine($"{cases[i].Name,-44}{times[i][0],9:F3}{times[i][rounds / 2],9:F3}");
        }
    }

    private static ImageBuffer Noise(int width, int height)
    {
        var image = new ImageBuffer(width, height);
        new Random(1).NextBytes(image.Pixels);
        return image;
    }
}

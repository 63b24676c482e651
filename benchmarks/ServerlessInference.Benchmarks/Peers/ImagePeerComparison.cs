using ServerlessInference.Benchmarks.Imaging;
using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Processing;

namespace ServerlessInference.Benchmarks.Peers;

/// <summary>Compares images with ImageSharp and SkiaSharp, one thread each.</summary>
/// <remarks>
/// The peers give pixels in their own format (ImageSharp 24 bits, Skia 32), and resize with their own filters: ours are Pillow's for
/// classification and OpenCV's for letterboxes, ImageSharp's averages over all pixels in both, and Skia's takes four pixels in both. The
/// last lines say how far the results are apart. The peers' tensors are written by the plain loop that an application would have.
/// </remarks>
internal static class ImagePeerComparison
{
    private static readonly string[] Photos = ["p500x375.jpg", "p1920x1080.jpg", "p4032x3024.jpg", "p1920x1080.png"];

    /// <summary>Runs the comparison.</summary>
    /// <param name="arguments">The number of rounds, 40 if left out.</param>
    public static void Run(string[] arguments)
    {
        int rounds = InterleavedTiming.Rounds(arguments, 40);
        if (Photos.FirstOrDefault(photo => !File.Exists(Path.Combine(BenchmarkPhotos.Folder, photo))) is { } missing)
        {
            Console.WriteLine(
                $"{missing} is not in {BenchmarkPhotos.Folder}. " +
                $"Set {BenchmarkPhotos.Variable} to a directory with {string.Join(", ", Photos)}.");
            return;
        }

        CompareDecoding("p500x375.jpg", rounds, 20);
        CompareDecoding("p1920x1080.jpg", rounds, 2);
        CompareDecoding("p4032x3024.jpg", rounds, 1);
        CompareDecoding("p1920x1080.png", rounds, 1);

        CompareClassification("p500x375.jpg", rounds);
        CompareLetterbox("p1920x1080.jpg", rounds);
    }

    private static void CompareDecoding(string photo, int rounds, int repeat)
    {
        byte[] encoded = BenchmarkPhotos.Read(photo);
        var decoder = new ImageDecoder();
        var options = new ImageDecodeOptions();
        var image = new ImageBuffer();
        using var imageSharp = new ImageSharpPeer();
        using var skia = new SkiaPeer();
        PeerTiming.Run(
            $"{photo} to pixels",
            rounds,
            repeat,
            () => decoder.Decode(encoded, options, image),
            (ImageSharpPeer.Name, () => imageSharp.Decode(encoded), () => imageSharp.Difference(image)),
            (SkiaPeer.Name, () => skia.Decode(encoded), () => skia.Difference(image)));
    }

    private static void CompareClassification(string photo, int rounds)
    {
        byte[] encoded = BenchmarkPhotos.Read(photo);
        ImagePreprocessingOptions settings = ImagePreprocessingPresets.Torchvision();
        float[] mean = [settings.Mean.Red, settings.Mean.Green, settings.Mean.Blue];
        float[] deviation = [settings.StandardDeviation.Red, settings.StandardDeviation.Green, settings.StandardDeviation.Blue];
        var decoder = new ImageDecoder();
        var options = new ImageDecodeOptions();
        var image = new ImageBuffer();
        var tensorizer = new ImageTensorizer(settings);
        float[] ours = new float[3 * 224 * 224];
        float[] theirs = new float[ours.Length];
        using var imageSharp = new ImageSharpPeer();
        using var skia = new SkiaPeer();
        PeerTiming.Run(
            $"{photo} to 224 x 224 tensor",
            rounds,
            repeat: 20,
            () =>
            {
                decoder.Decode(encoded, options, image);
                tensorizer.Write(image, ours);
            },
            (
                ImageSharpPeer.Name,
                () =>
                {
                    imageSharp.Decode(encoded);
                    imageSharp.WriteClassification(theirs, mean, deviation);
                },
                () => ResultDifference.Tensors(ours, theirs)),
            (
                SkiaPeer.Name,
                () =>
                {
                    skia.Decode(encoded);
                    skia.WriteClassification(theirs, mean, deviation);
                },
                () => ResultDifference.Tensors(ours, theirs)));
    }

    private static void CompareLetterbox(string photo, int rounds)
    {
        const int Size = 640;
        byte[] encoded = BenchmarkPhotos.Read(photo);
        var image = new ImageBuffer();
        new ImageDecoder().Decode(encoded, new ImageDecodeOptions(), image);
        var tensorizer = new ImageTensorizer(ImagePreprocessingPresets.Ultralytics(Size));
        float[] ours = new float[3 * Size * Size];
        float[] theirs = new float[ours.Length];
        using var imageSharp = new ImageSharpPeer();
        using var skia = new SkiaPeer();
        imageSharp.Decode(encoded);
        skia.Decode(encoded);
        PeerTiming.Run(
            $"1080p pixels to {Size} letterbox tensor",
            rounds,
            repeat: 20,
            () => tensorizer.Write(image, ours),
            (ImageSharpPeer.Name, () => imageSharp.WriteLetterbox(theirs, Size), () => ResultDifference.Tensors(ours, theirs)),
            (SkiaPeer.Name, () => skia.WriteLetterbox(theirs, Size), () => ResultDifference.Tensors(ours, theirs)));
    }
}

using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Processing;

namespace ServerlessInference.Benchmarks.Imaging;

/// <summary>Turns photos and pixels into tensors in turns with their baselines.</summary>
internal static class TensorQuickComparison
{
    /// <summary>Runs the comparison.</summary>
    /// <param name="arguments">The number of rounds, 200 if left out.</param>
    public static void Run(string[] arguments)
    {
        int rounds = InterleavedTiming.Rounds(arguments, 200);
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

        const string decodingAlone = "libjpeg-turbo, decoding alone", plainLoop = "a plain scalar loop";
        var toTensor = new TimedAction(
            "JPEG to 224 tensor",
            () =>
            {
                decoder.Decode(encoded, options, encodedPhoto);
                bilinear.Write(encodedPhoto, small);
            },
            Baseline: decodingAlone);
        InterleavedTiming.Run(
            "500x375 JPEG",
            rounds,
            turbo is null ? [toTensor] : [new TimedAction(decodingAlone, () => turbo.Decode(encoded, 1, target)), toTensor]);
        InterleavedTiming.Run(
            "500x375 pixels",
            rounds,
            new TimedAction("to 224 tensor, bilinear", () => bilinear.Write(photo, small)),
            new TimedAction("to 224 tensor, bicubic", () => bicubic.Write(photo, small)));
        InterleavedTiming.Run(
            "1080p pixels",
            rounds,
            new TimedAction("to 224 tensor, bilinear", () => bilinear.Write(video, small)),
            new TimedAction(plainLoop, () => PlainLetterbox.Write(video, 640, large)),
            new TimedAction("to 640 letterbox", () => letterbox.Write(video, large), Baseline: plainLoop));
    }

    private static ImageBuffer Noise(int width, int height)
    {
        var image = new ImageBuffer(width, height);
        new Random(1).NextBytes(image.Pixels);
        return image;
    }
}

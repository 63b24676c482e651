using BenchmarkDotNet.Attributes;
using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Processing;

namespace ServerlessInference.Benchmarks.Imaging;

/// <summary>1080p pixels to a letterboxed 640 x 640 tensor, a plain scalar loop being the baseline.</summary>
[MemoryDiagnoser]
public class LetterboxBenchmark
{
    private readonly ImageBuffer _image = new(1920, 1080);
    private readonly float[] _tensor = new float[3 * 640 * 640];
    private readonly ImageTensorizer _tensorizer = new(ImagePreprocessingPresets.Ultralytics());

    [GlobalSetup]
    public void SetUp() => new Random(1).NextBytes(_image.Pixels);

    [Benchmark(Baseline = true)]
    public void PlainLoop() => PlainLetterbox.Write(_image, 640, _tensor);

    [Benchmark]
    public LetterboxTransform ServerlessInference() => _tensorizer.Write(_image, _tensor);
}

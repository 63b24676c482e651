using BenchmarkDotNet.Attributes;
using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Processing;

namespace ServerlessInference.Benchmarks.Imaging;

/// <summary>A 500 x 375 JPEG to a normalised 224 x 224 tensor, libjpeg-turbo's decoding alone being the baseline.</summary>
[MemoryDiagnoser]
public class ClassificationTensorBenchmark
{
    private readonly ImageDecoder _decoder = new();
    private readonly ImageDecodeOptions _options = new();
    private readonly ImageBuffer _image = new();
    private readonly ImageBuffer _decoded = new();
    private readonly float[] _tensor = new float[3 * 224 * 224];
    private readonly ImageTensorizer _bilinear = new(ImagePreprocessingPresets.Torchvision());
    private readonly ImageTensorizer _bicubic = new(ImagePreprocessingPresets.Timm());
    private byte[] _encoded = [];
    private byte[]? _target;
    private TurboJpeg? _turbo;

    [GlobalSetup]
    public void SetUp()
    {
        _encoded = BenchmarkPhotos.Read("p500x375.jpg");
        _decoder.Decode(_encoded, _options, _decoded);
        if (TurboJpeg.IsAvailable)
        {
            _turbo = new TurboJpeg();
            _target = _turbo.Decode(_encoded, 1, null);
        }
    }

    [GlobalCleanup]
    public void CleanUp() => _turbo?.Dispose();

    [Benchmark(Baseline = true)]
    public void LibjpegTurboDecodingAlone() => _turbo?.Decode(_encoded, 1, _target);

    [Benchmark]
    public LetterboxTransform JpegToTensor()
    {
        _decoder.Decode(_encoded, _options, _image);
        return _bilinear.Write(_image, _tensor);
    }

    [Benchmark]
    public LetterboxTransform PixelsToTensorBilinear() => _bilinear.Write(_decoded, _tensor);

    [Benchmark]
    public LetterboxTransform PixelsToTensorBicubic() => _bicubic.Write(_decoded, _tensor);
}

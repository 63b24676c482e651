using BenchmarkDotNet.Attributes;
using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Formats.Jpeg;

namespace ServerlessInference.Benchmarks.Imaging;

/// <summary>Decodes JPEGs to RGB, libjpeg-turbo being the baseline.</summary>
[MemoryDiagnoser]
public class JpegDecodeBenchmark
{
    private readonly JpegDecoder _decoder = new();
    private readonly ImageBuffer _image = new();
    private readonly ImageDecodeOptions _options = new();
    private byte[] _encoded = [];
    private byte[]? _target;
    private TurboJpeg? _turbo;

    [Params("p500x375.jpg", "p1920x1080.jpg", "p4032x3024.jpg")]
    public string Photo { get; set; } = "";

    [Params(1, 8)]
    public int Denominator { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _encoded = BenchmarkPhotos.Read(Photo);
        ImageInfo info = _decoder.Identify(_encoded);
        _options.ScaleToShorterSide = Denominator == 1 ? 0 : (Math.Min(info.Width, info.Height) + Denominator - 1) / Denominator;
        if (!TurboJpeg.IsAvailable)
        {
            Console.WriteLine("libturbojpeg.so.0 is missing: install libturbojpeg0 to compare.");
            return;
        }

        _turbo = new TurboJpeg();
        _target = _turbo.Decode(_encoded, Denominator, null);
    }

    [GlobalCleanup]
    public void CleanUp() => _turbo?.Dispose();

    [Benchmark(Baseline = true)]
    public void LibjpegTurbo() => _turbo?.Decode(_encoded, Denominator, _target);

    [Benchmark]
    public void ServerlessInference() => _decoder.Decode(_encoded, _options, _image);
}

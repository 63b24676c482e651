using System.IO.Compression;
using BenchmarkDotNet.Attributes;
using ServerlessInference.Imaging;

namespace ServerlessInference.Benchmarks.Imaging;

/// <summary>
/// Decodes a photo as PNG. The baseline inflates the same number of bytes; the rest is filters, checksums and conversion.
/// </summary>
[MemoryDiagnoser]
public class PngDecodeBenchmark
{
    private readonly ImageDecoder _decoder = new();
    private readonly ImageDecodeOptions _options = new();
    private readonly ImageBuffer _image = new();
    private byte[] _encoded = [];
    private byte[] _raw = [];

    [GlobalSetup]
    public void SetUp()
    {
        _decoder.Decode(BenchmarkPhotos.Read("p1920x1080.jpg"), _options, _image);
        _encoded = PngEncoder.Encode(_image, CompressionLevel.Optimal);
        _raw = new byte[(_image.Stride + 1) * _image.Height];
    }

    [Benchmark(Baseline = true)]
    public void InflateAlone()
    {
        // Signature, header chunk and the head of the one data chunk come first.
        using var stream = new MemoryStream(_encoded, 41, _encoded.Length - 41);
        using var inflater = new ZLibStream(stream, CompressionMode.Decompress);
        inflater.ReadExactly(_raw);
    }

    [Benchmark]
    public void ServerlessInference() => _decoder.Decode(_encoded, _options, _image);
}

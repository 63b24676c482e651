using BenchmarkDotNet.Attributes;
using ServerlessInference.Tokenizers;

namespace ServerlessInference.Benchmarks.Text;

/// <summary>WordPiece over one million characters of English, against splitting at spaces with one look-up per word.</summary>
/// <remarks>A mean of 10 ms is 100 MB/s.</remarks>
[MemoryDiagnoser]
public class TokenizerBenchmarks
{
    private TokenizerWork _work = null!;

    [GlobalSetup]
    public void SetUp() => _work = new TokenizerWork();

    [Benchmark(Baseline = true)]
    public int SplitAndLookUp() => _work.SplitAndLookUp();

    [Benchmark]
    public int IdsOnly() => _work.IdsOnly();

    [Benchmark]
    public int WithOffsets() => _work.WithOffsets();

    [Benchmark]
    public Tokenizer Load() => _work.Load();
}

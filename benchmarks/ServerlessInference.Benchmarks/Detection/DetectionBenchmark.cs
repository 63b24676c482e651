using BenchmarkDotNet.Attributes;

namespace ServerlessInference.Benchmarks.Detection;

/// <summary>Decodes and suppresses <c>[84, 8400]</c> on one thread. The baseline reads the tensor once for its maximum.</summary>
[MemoryDiagnoser]
public class DetectionBenchmark
{
    private readonly DetectionWork _work = new();

    [Benchmark(Baseline = true)]
    public float MaximumPass() => _work.MaximumPass();

    [Benchmark]
    public float TensorPrimitivesMax() => _work.TensorPrimitivesMax();

    [Benchmark]
    public int TypicalScene() => _work.TypicalScene();

    [Benchmark]
    public int WorstCase() => _work.WorstCase();
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Pipelines;

/// <summary>A steady-state request allocates a small amount that does not grow with its input.</summary>
/// <remarks>
/// Beside no other test: those that listen make activities and measurements cost memory, and those that allocate make collections,
/// each of which counts the rest of this thread's allocation block as used.
/// </remarks>
[Collection("Alone")]
public sealed class PipelineMemoryTests
{
    private const int Limit = 2048;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(300_000)]
    public async Task RunAsync_SteadyState_AllocatesLittleWhateverTheInputsSize(int length)
    {
        long bytes = await MeasureAsync(length);

        TestContext.Current.TestOutputHelper?.WriteLine($"{bytes} bytes per request of {length} numbers");
        Assert.InRange(bytes, 1, Limit);
    }

    [Fact]
    public async Task RunAsync_LargerInput_AllocatesTheSame() =>
        Assert.InRange(await MeasureAsync(300_000) - await MeasureAsync(10), -256, 256);

    private static async Task<long> MeasureAsync(int length)
    {
        byte[] identity = TinyModels.Identity(TensorElementType.Float, "n", "width");
        await using ServiceProvider services = TestModels.Services("m", identity, model => model
            .UsePipeline<ReadOnlyMemory<float>, float>(_ => new FeatureVectorPreprocessor(), _ => new FirstNumber()))
                .BuildServiceProvider();
        var pipeline = services.GetRequiredService<IInferencePipeline<ReadOnlyMemory<float>, float>>();
        ReadOnlyMemory<float> input = Enumerable.Range(1, length).Select(i => (float)i).ToArray();
        await pipeline.RunAsync(input, Token);
        return Steady(pipeline, input);
    }

    // With a loaded model everything completes on the calling thread, whose allocations can be counted.
    private static long Steady(IInferencePipeline<ReadOnlyMemory<float>, float> pipeline, ReadOnlyMemory<float> input)
    {
        const int Requests = 21;
        long[] bytes = new long[Requests];
        for (int i = 0; i < 2 * Requests; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            ValueTask<InferenceResult<float>> run = pipeline.RunAsync(input, CancellationToken.None);
            if (!run.IsCompletedSuccessfully || run.Result.Value != 1)
            {
                Assert.Fail("The request did not complete at once with the expected answer.");
            }

            bytes[i % Requests] = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        // The request in the middle: a collection within one of them says nothing of the others.
        Array.Sort(bytes);
        return bytes[Requests / 2];
    }

    private sealed class FirstNumber : IPostprocessor<float>
    {
        public ValueTask PostprocessAsync(InferenceBatch batch, Memory<float> outputs, CancellationToken cancellationToken)
        {
            outputs.Span[0] = batch.GetOutput<float>(0).Elements[0];
            return ValueTask.CompletedTask;
        }
    }
}

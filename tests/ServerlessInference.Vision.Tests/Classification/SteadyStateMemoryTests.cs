using Microsoft.Extensions.DependencyInjection;

namespace ServerlessInference.Vision.Tests.Classification;

/// <summary>
/// A request through decoder, resizer, ONNX Runtime and labels allocates little managed memory, whatever the size of the image.
/// </summary>
public sealed class SteadyStateMemoryTests
{
    private const int Limit = 2048;

    [Theory]
    [InlineData("star-256x256.jpg")]
    public async Task RunAsync_SteadyState_AllocatesLittle(string file)
    {
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel("shapes", model => model.FromFileSystem(Repository.DemoModel).UseImageClassification());
        await using ServiceProvider provider = services.BuildServiceProvider();
        var pipeline = provider.GetRequiredService<IInferencePipeline<ReadOnlyMemory<byte>, ImageClassification>>();
        byte[] image = await File.ReadAllBytesAsync(
            Path.Combine(Repository.DemoModel, "samples", file), TestContext.Current.CancellationToken);
        await pipeline.RunAsync(image, CancellationToken.None);

        // With a loaded model everything completes on the calling thread, whose allocations can be counted.
        long bytes = Allocations.Least(() =>
        {
            ValueTask<InferenceResult<ImageClassification>> run = pipeline.RunAsync(image, CancellationToken.None);
            if (!run.IsCompletedSuccessfully || run.Result.Value.Top[0].Label != "star")
            {
                Assert.Fail("The request did not complete at once with the expected answer.");
            }
        });

        TestContext.Current.TestOutputHelper?.WriteLine($"{bytes} bytes per request");
        Assert.InRange(bytes, 1, Limit);
    }
}

using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Vision;

namespace ServerlessInference.Parity.Tests.Classification;

/// <summary>A dynamically quantised model gives an image the same answer in a batch as alone, bit for bit.</summary>
public sealed class QuantizedBatchTests
{
    [Fact]
    public async Task RunBatchAsync_DynamicallyQuantizedModel_AnswersAsAlone()
    {
        await using ServiceProvider services = ReferenceModels.Services(
            Reference.File("classify", "mobilenet_v2_int8.onnx"),
            static model => model.UseImageClassification(static options => options.TopK = 1000));
        var pipeline = services.GetRequiredService<IInferencePipeline<ReadOnlyMemory<byte>, ImageClassification>>();
        ReadOnlyMemory<byte>[] images =
            [.. Directory.GetFiles(Path.GetDirectoryName(Reference.File("images", "photos", "bus.jpg"))!, "*.jpg").Order()
                .Take(4).Select(static path => (ReadOnlyMemory<byte>)File.ReadAllBytes(path))];

        IReadOnlyList<InferenceResult<ImageClassification>> together = await pipeline.RunBatchAsync(
            images, TestContext.Current.CancellationToken);

        Assert.True(images.Length > 1);
        for (int i = 0; i < images.Length; i++)
        {
            InferenceResult<ImageClassification> alone = await pipeline.RunAsync(images[i], TestContext.Current.CancellationToken);
            Assert.Equal(alone.Value.Top, together[i].Value.Top);
        }
    }
}

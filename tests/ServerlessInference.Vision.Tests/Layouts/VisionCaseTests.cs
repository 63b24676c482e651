using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Imaging;
using ServerlessInference.Models;

namespace ServerlessInference.Vision.Tests.Layouts;

/// <summary>The collected files of <c>cases/vision</c>.</summary>
public sealed class VisionCaseTests
{
    [Fact]
    public async Task Classify_SoftmaxInside_IsNotGivenAnother() =>
        Assert.Equal([0.6590f, 0.2424f, 0.0986f], await ClassifyAsync("softmax_inside.onnx"), (a, b) => Math.Abs(a - b) < 5e-5f);

    [Fact]
    public async Task Classify_OneSigmoid_IsItsScore() =>
        Assert.Equal([0.0474f], await ClassifyAsync("sigmoid1.onnx"), (a, b) => Math.Abs(a - b) < 5e-5f);

    [Fact]
    public async Task Classify_TwoHeads_TakesTheLogits() =>
        Assert.Equal([0.6590f, 0.2424f, 0.0986f], await ClassifyAsync("two_heads.onnx"), (a, b) => Math.Abs(a - b) < 5e-5f);

    [Fact]
    public async Task Classify_CustomVision_GivesTheScoresOfItsMap()
    {
        ImageClassification answer = await RunAsync("customvision.onnx");

        Assert.Equal(["cat", "dog"], answer.Top.Select(label => label.Label));
        Assert.Equal([0.9f, 0.1f], answer.Top.Select(label => label.Score));
    }

    [Fact]
    public void Decode_Heic_NamesWhatReadsIt()
    {
        byte[] heic = File.ReadAllBytes(Cases.File("vision", "fake.heic"));

        var exception = Assert.Throws<InvalidImageException>(() => new ImageDecoder().Identify(heic));

        Assert.Contains("Magick.NET", exception.Message, StringComparison.Ordinal);
    }

    private static async Task<float[]> ClassifyAsync(string file) => [.. (await RunAsync(file)).Top.Select(label => label.Score)];

    private static async Task<ImageClassification> RunAsync(string file)
    {
        byte[] model = await File.ReadAllBytesAsync(Cases.File("vision", file), TestContext.Current.CancellationToken);
        var artifact = new ModelArtifact("case:", "1", [ModelFile.InMemory("model.onnx", model)]);
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel(
            "case", builder => builder.From(source => source.Custom(_ => new FixedSource(artifact))).UseImageClassification());
        await using ServiceProvider provider = services.BuildServiceProvider();
        InferenceResult<ImageClassification> result = await provider
            .GetRequiredKeyedService<IInferencePipeline<ReadOnlyMemory<byte>, ImageClassification>>("case")
            .RunAsync(WarmupImage.Png, TestContext.Current.CancellationToken);
        return result.Value;
    }

    private sealed class FixedSource(ModelArtifact artifact) : IModelSource
    {
        public string Description => "case:";

        public ValueTask<string> GetVersionAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult("1");

        public ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult(artifact);
    }
}

using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Processing;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Vision.Tests.Classification;

/// <summary>The demo model returns the committed logits of the script that trained it with Pillow and torch.</summary>
public sealed class DemoModelTests : IAsyncDisposable
{
    // ONNX Runtime and torch sum in a different order; the pixels are the same.
    private const float LogitTolerance = 1e-4f;

    private static readonly string Folder = Repository.DemoModel;

    private readonly ServiceProvider _services;

    public DemoModelTests()
    {
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel("shapes", model => model
            .FromFileSystem(Folder)
            .UseImageClassification(options => options.Scores = ScoreFunction.None));
        _services = services.BuildServiceProvider();
    }

    public static TheoryData<string> Samples => [.. Expected().Select(sample => sample.GetProperty("file").GetString()!)];

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task RunAsync_Sample_ReturnsLogitsOfTrainingScript(string file)
    {
        JsonElement expected = Expected().Single(sample => sample.GetProperty("file").GetString() == file);
        byte[] image = await File.ReadAllBytesAsync(Path.Combine(Folder, file), TestContext.Current.CancellationToken);
        var settings = HuggingFacePreprocessorConfig.Read(
            await File.ReadAllBytesAsync(Path.Combine(Folder, "preprocessor_config.json"), TestContext.Current.CancellationToken));
        var buffer = new ImageBuffer();
        new ImageDecoder().Decode(image, new ImageDecodeOptions(), buffer);
        float[] tensor = new float[3 * 64 * 64];
        new ImageTensorizer(settings).Write(buffer, tensor);
        var model = _services.GetRequiredKeyedService<IInferencePipeline<NamedValues, NamedValues>>("shapes");

        var result = await model.RunAsync(
            new NamedValues { ["input"] = TensorValue.Create(tensor, 1, 3, 64, 64) }, TestContext.Current.CancellationToken);

        float[] logits = result.Value.Tensor("logits").Elements<float>().ToArray();
        float[] wanted = [.. expected.GetProperty("logits").EnumerateArray().Select(value => value.GetSingle())];
        Assert.Equal(wanted.Length, logits.Length);
        Assert.All(wanted.Zip(logits), pair => Assert.Equal(pair.First, pair.Second, LogitTolerance));
    }

    [Fact]
    public async Task RunBatchAsync_AllSamples_NamesEachShape()
    {
        var pipeline = _services.GetRequiredService<IInferencePipeline<ReadOnlyMemory<byte>, ImageClassification>>();
        JsonElement[] samples = [.. Expected()];
        ReadOnlyMemory<byte>[] images =
        [
            .. samples.Select(
                sample => new ReadOnlyMemory<byte>(File.ReadAllBytes(Path.Combine(Folder, sample.GetProperty("file").GetString()!))))
        ];

        var results = await pipeline.RunBatchAsync(images, TestContext.Current.CancellationToken);

        Assert.Equal(
            samples.Select(sample => sample.GetProperty("label").GetString()), results.Select(result => result.Value.Top[0].Label));
    }

    [Fact]
    public async Task RunBatchAsync_OneDamagedImage_FailsOnlyThatOne()
    {
        var pipeline = _services.GetRequiredService<IInferencePipeline<ReadOnlyMemory<byte>, ImageClassification>>();
        byte[] star = await File.ReadAllBytesAsync(
            Path.Combine(Folder, "samples", "star-256x256.jpg"), TestContext.Current.CancellationToken);

        var results = await pipeline.RunBatchAsync([star, star.AsMemory(0, star.Length / 2), star], TestContext.Current.CancellationToken);

        Assert.Equal("star", results[0].Value.Top[0].Label);
        Assert.IsType<InvalidInputException>(results[1].Error);
        Assert.Equal(results[0].Value.Top[0], results[2].Value.Top[0]);
    }

    [Fact]
    public async Task WarmUpAsync_ImageModel_RunsTheWholePipeline()
    {
        var identity = await _services.GetRequiredService<IModelRegistry>().WarmUpAsync("shapes", TestContext.Current.CancellationToken);

        Assert.Equal("shapes", identity.Name);
        var pipeline = _services.GetRequiredService<IInferencePipeline<ReadOnlyMemory<byte>, ImageClassification>>();
        byte[] star = await File.ReadAllBytesAsync(
            Path.Combine(Folder, "samples", "star-256x256.jpg"), TestContext.Current.CancellationToken);
        Assert.False((await pipeline.RunAsync(star, TestContext.Current.CancellationToken)).Timings.IsCold);
    }

    private static JsonElement.ArrayEnumerator Expected() =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "expected.json"))).RootElement.GetProperty("samples").EnumerateArray();
}

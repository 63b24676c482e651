using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace ServerlessInference.Vision.Tests.Detection;

/// <summary>The demo detector of the repository finds the shapes in scenes that it was not trained on.</summary>
public sealed class DemoDetectorTests : IAsyncDisposable
{
    private const double RequiredPrecision = 0.9;

    private static readonly string Folder = Repository.Model("shapes-detector");

    private readonly ServiceProvider _services;

    public DemoDetectorTests()
    {
        var services = new ServiceCollection();
        services.AddServerlessInference()
            .AddModel("as-it-is", model => model.FromFileSystem(Folder).UseObjectDetection())
            .AddModel("measured", model => model.FromFileSystem(Folder).UseObjectDetection(options =>
            {
                // The settings with which Ultralytics' `val` measures.
                options.MinScore = 0.001f;
                options.IouThreshold = 0.7f;
            }));
        _services = services.BuildServiceProvider();
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    [Fact]
    public async Task RunBatchAsync_HeldOutScenes_FindsTheirShapes()
    {
        JsonElement[] scenes = Scenes();
        var pipeline = _services.GetRequiredKeyedService<IInferencePipeline<ReadOnlyMemory<byte>, ObjectDetection>>("measured");

        var results = await pipeline.RunBatchAsync([.. scenes.Select(Image)], TestContext.Current.CancellationToken);

        string[] labels = await File.ReadAllLinesAsync(Path.Combine(Folder, "labels.txt"), TestContext.Current.CancellationToken);
        IReadOnlyList<DetectedObject>[] found = [.. results.Select(static result => result.Value.Detections)];
        IReadOnlyList<DetectedObject>[] truth = [.. scenes.Select(Truth)];
        double mean = labels.Average(label => AveragePrecision.Of(label, found, truth, overlap: 0.5));
        Assert.True(mean >= RequiredPrecision, $"mAP50 is {mean:F4}; {RequiredPrecision} or more was expected.");

        // The figure that the training script reports. It has its own letterbox, whose pixels differ only by rounding.
        using JsonDocument metrics = JsonDocument.Parse(
            await File.ReadAllBytesAsync(Path.Combine(Folder, "metrics.json"), TestContext.Current.CancellationToken));
        Assert.Equal(metrics.RootElement.GetProperty("held_out").GetProperty("samples_map50").GetDouble(), mean, 0.01);
    }

    [Fact]
    public async Task RunAsync_DefaultOptions_AnswersInPixelsOfTheScene()
    {
        JsonElement scene = Scenes().MaxBy(static scene => scene.GetProperty("objects").GetArrayLength());
        var pipeline = _services.GetRequiredKeyedService<IInferencePipeline<ReadOnlyMemory<byte>, ObjectDetection>>("as-it-is");

        var result = await pipeline.RunAsync(Image(scene), TestContext.Current.CancellationToken);

        Assert.Equal(scene.GetProperty("width").GetInt32(), result.Value.Width);
        Assert.Equal(scene.GetProperty("height").GetInt32(), result.Value.Height);
        Assert.All(Truth(scene), wanted => Assert.Contains(
            result.Value.Detections, item => item.Label == wanted.Label && AveragePrecision.Overlap(item.Box, wanted.Box) > 0.7));
    }

    private static JsonElement[] Scenes() =>
        [.. JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "truth.json"))).RootElement.GetProperty("scenes").EnumerateArray()];

    private static ReadOnlyMemory<byte> Image(JsonElement scene) =>
        File.ReadAllBytes(Path.Combine(Folder, scene.GetProperty("file").GetString()!));

    private static IReadOnlyList<DetectedObject> Truth(JsonElement scene) =>
    [
        .. scene.GetProperty("objects").EnumerateArray().Select(static item =>
        {
            float[] box = [.. item.GetProperty("box").EnumerateArray().Select(static value => value.GetSingle())];
            return new DetectedObject(-1, item.GetProperty("label").GetString()!, 1, new BoundingBox(box[0], box[1], box[2], box[3]));
        }),
    ];
}

using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Imaging;
using ServerlessInference.Models;
using ServerlessInference.Pipelines;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Vision.Tests.Detection;

/// <summary>
/// Whole pipelines around a model that always detects one object, at [8, 8, 24, 40] in pixels of its input, with the mean brightness of the
/// input as its score.
/// </summary>
public sealed class UseObjectDetectionTests
{
    [Fact]
    public async Task RunAsync_OneImage_FindsTheObject()
    {
        await using ServiceProvider services = Build(Model());

        InferenceResult<ObjectDetection> result = await Pipeline(services)
            .RunAsync(Png(64, 64, 204), TestContext.Current.CancellationToken);

        DetectedObject found = Assert.Single(result.Value.Detections);
        Assert.Equal((0, "thing"), (found.Index, found.Label));
        Assert.Equal(0.8f, found.Score, 0.001f);
        Assert.Equal(new BoundingBox(8, 8, 24, 40), found.Box);
    }

    [Fact]
    public async Task RunBatchAsync_DynamicBatch_AnswersEachImageInItsOwnPixels()
    {
        await using ServiceProvider services = Build(Model());
        ReadOnlyMemory<byte>[] images = [Png(64, 64, 204), Png(128, 64, 255), new byte[] { 1, 2, 3 }, Png(64, 64, 10)];

        IReadOnlyList<InferenceResult<ObjectDetection>> results = await Pipeline(services)
            .RunBatchAsync(images, TestContext.Current.CancellationToken);

        Assert.Equal(new BoundingBox(8, 8, 24, 40), Assert.Single(results[0].Value.Detections).Box);
        Assert.Equal((128, 64), (results[1].Value.Width, results[1].Value.Height));
        Assert.Equal(new BoundingBox(16, 0, 48, 48), Assert.Single(results[1].Value.Detections).Box);
        Assert.IsType<InvalidInputException>(results[2].Error);
        Assert.Empty(results[3].Value.Detections);
    }

    [Theory]
    [InlineData(TensorElementType.Float16)]
    [InlineData(TensorElementType.Float)]
    public async Task RunAsync_DynamicSizes_RunsRectangularInput(TensorElementType type)
    {
        await using ServiceProvider services = Build(Model(type, "h", "w"), options => options.RectangularInput = true);

        InferenceResult<ObjectDetection> result = await Pipeline(services)
            .RunAsync(Png(640, 310, 255), TestContext.Current.CancellationToken);

        // 640 x 310 becomes 64 x 31, in a rectangle of 64 x 32.
        BoundingBox box = Assert.Single(result.Value.Detections).Box;
        Assert.Equal((80, 80, 240, 310), ((int)box.Left, (int)box.Top, (int)box.Right, (int)box.Bottom));
    }

    [Fact]
    public async Task RunAsync_ConcurrentCalls_ReturnSameAnswers()
    {
        await using ServiceProvider services = Build(Model());
        IInferencePipeline<ReadOnlyMemory<byte>, ObjectDetection> pipeline = Pipeline(services);
        byte[][] images = [.. Enumerable.Range(0, 8).Select(i => Png(64 + (i * 8), 64, (byte)(100 + (i * 20))))];
        string[] alone = new string[images.Length];
        for (int i = 0; i < images.Length; i++)
        {
            alone[i] = Text((await pipeline.RunAsync(images[i], TestContext.Current.CancellationToken)).Value);
        }

        await Parallel.ForAsync(0, 64, TestContext.Current.CancellationToken, async (i, token) =>
            Assert.Equal(alone[i % images.Length], Text((await pipeline.RunAsync(images[i % images.Length], token)).Value)));

        static string Text(ObjectDetection detection) => JsonSerializer.Serialize(detection, VisionJson.Default.ObjectDetection);
    }

    [Fact]
    public async Task EncodedPipeline_Image_WritesJson()
    {
        await using ServiceProvider services = Build(Model());
        IEncodedPipeline pipeline = services.GetRequiredKeyedService<IEncodedPipeline>("things");

        InferenceResult result = (await pipeline.RunAsync([Png(64, 64, 255)], TestContext.Current.CancellationToken))[0];
        using var stream = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(stream))
        {
            pipeline.WriteValue(result, writer);
        }

        Assert.Equal(
            """{"width":64,"height":64,"detections":[{"index":0,"label":"thing","score":1,"box":[8,8,24,40]}]}""",
            System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }

    [Fact]
    public async Task RunAsync_ImageScaledWhileDecoded_ReturnsBoxesInPixelsOfFile()
    {
        await using ServiceProvider services = Build(Model(), options => options.Decoding.ScaleToShorterSide = 64, new HalvingDecoder());

        InferenceResult<ObjectDetection> result = await Pipeline(services)
            .RunAsync("II*\0"u8.ToArray(), TestContext.Current.CancellationToken);

        Assert.Equal((256, 256), (result.Value.Width, result.Value.Height));
        Assert.Equal(new BoundingBox(32, 32, 96, 160), Assert.Single(result.Value.Detections).Box);
    }

    [Fact]
    public async Task Preload_PoseModel_ThrowsContractException()
    {
        await using ServiceProvider services = Build(Model(task: "pose"));

        ModelContractException exception = await Assert.ThrowsAsync<ModelContractException>(
            async () => await Pipeline(services).RunAsync(Png(64, 64, 255), TestContext.Current.CancellationToken));
        Assert.StartsWith("Model 'things' is a pose model", exception.Message, StringComparison.Ordinal);
    }

    private static IInferencePipeline<ReadOnlyMemory<byte>, ObjectDetection> Pipeline(ServiceProvider services) =>
        services.GetRequiredKeyedService<IInferencePipeline<ReadOnlyMemory<byte>, ObjectDetection>>("things");

    private static ServiceProvider Build(byte[] model, Action<DetectionOptions>? configure = null, IImageDecoder? decoder = null)
    {
        var services = new ServiceCollection();
        if (decoder is not null)
        {
            services.AddSingleton(decoder);
        }

        services.AddServerlessInference().AddModel("things", builder => builder
            .From(source => source.Custom(_ => new MemorySource(model)))
            .UseObjectDetection(configure));
        return services.BuildServiceProvider();
    }

    // output0 [n, 5, 84] = box + mean of the image × score row.
    private static byte[] Model(
        TensorElementType type = TensorElementType.Float, Axis? height = null, Axis? width = null, string task = "detect")
    {
        float[] box = new float[5 * 84];
        float[] score = new float[5 * 84];
        (box[10], box[10 + 84], box[10 + 168], box[10 + 252]) = (16, 24, 16, 32);
        score[10 + 336] = 1;
        return new OnnxModelBuilder()
            .Metadata("task", task).Metadata("stride", "32").Metadata("imgsz", "[64, 64]").Metadata("names", "{0: 'thing'}")
            .With(graph =>
            {
                graph.Input("images", type, "n", 3, height ?? 64, width ?? 64).Output("output0", type, "n", 5, 84)
                    .Weights("box", box, 1, 5, 84).Weights("score", score, 1, 5, 84).Weights("axis", [3L], 1)
                    .Node("Cast", ["images"], ["pixels"], null, ("to", (long)TensorElementType.Float))
                    .Node("ReduceMean", ["pixels"], ["mean4"], null, ("axes", new long[] { 1, 2, 3 }), ("keepdims", 1L))
                    .Node("Squeeze", ["mean4", "axis"], ["mean"])
                    .Node("Mul", ["score", "mean"], ["scores"]).Node("Add", ["scores", "box"], ["sum"])
                    .Node("Cast", ["sum"], ["output0"], null, ("to", (long)type));
            })
            .Build();
    }

    private static byte[] Png(int width, int height, byte grey)
    {
        var image = new ImageBuffer(width, height);
        image.Pixels.Fill(grey);
        return PngEncoder.Encode(image);
    }

    /// <summary>States a size of 256 × 256 pixels in the header and decodes images of half that size.</summary>
    private sealed class HalvingDecoder : IImageDecoder
    {
        public bool CanDecode(ImageFormat format) => format == ImageFormat.Tiff;

        public ImageInfo Identify(ReadOnlySpan<byte> encoded) => new(ImageFormat.Tiff, 256, 256, 1);

        public void Decode(ReadOnlySpan<byte> encoded, ImageDecodeOptions options, ImageBuffer destination)
        {
            destination.Resize(128, 128);
            destination.Pixels.Fill(255);
        }
    }

    private sealed class MemorySource(byte[] model) : IModelSource
    {
        public string Description => "test";

        public ValueTask<string> GetVersionAsync(CancellationToken cancellationToken) => new("1");

        public ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken) =>
            new(new ModelArtifact("test", "1", [ModelFile.InMemory("model.onnx", model)]));
    }
}

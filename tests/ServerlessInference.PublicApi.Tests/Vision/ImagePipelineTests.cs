using System.Numerics.Tensors;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Processing;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Vision;

namespace ServerlessInference.PublicApi.Vision;

/// <summary>Serves a vision model with a postprocessor of its own, as an application would.</summary>
public sealed partial class ImagePipelineTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task UseImagePipeline_OwnPostprocessor_GetsOutputsAndGeometry()
    {
        await using ServiceProvider services = Build(UseShapes);
        var pipeline = services.GetRequiredService<IInferencePipeline<ReadOnlyMemory<byte>, Shape>>();

        IReadOnlyList<InferenceResult<Shape>> results =
            await pipeline.RunBatchAsync([Sample("star-256x256.jpg"), "no image"u8.ToArray(), Sample("circle-320x240.jpg")], Token);

        // The settings (preprocessor_config.json) resize the shorter side to 64 and crop the centre: 320 x 240 becomes 85 x 64, of which
        // the columns from 10 to 74 are kept.
        Assert.Equal(new Shape("star", 256, 256, 128, 128), results[0].Value);
        Assert.Equal(InvalidInputKind.UnsupportedFormat, Assert.IsType<InvalidInputException>(results[1].Error).Kind);
        Assert.Equal(new Shape("circle", 320, 240, (float)((10 + 32) / (85 / 320.0)), 120), results[2].Value);
    }

    [Fact]
    public async Task UseImagePipeline_ClassScores_NameTheBestLabelAndSayWhy()
    {
        await using ServiceProvider services = Build(
            model => model.UseImagePipeline(_ => new BestLabelPostprocessor(), ShapeJson.Default.Shape));

        InferenceResult<Shape> result = await services.GetRequiredService<IInferencePipeline<ReadOnlyMemory<byte>, Shape>>()
            .RunAsync(Sample("star-256x256.jpg"), Token);

        Assert.Equal("star", result.Value.Label);
        using ModelLease lease = await services.GetRequiredService<IModelRegistry>().AcquireAsync("shapes", Token);
        Assert.Contains(lease.Model.Decisions, decision => decision is { Subject: "labels", Value: "10", Origin: "labels.txt" });
    }

    [Fact]
    public async Task UseImagePipeline_EncodedPipeline_WritesTheAnswerAsJson()
    {
        await using ServiceProvider services = Build(UseShapes);
        IEncodedPipeline pipeline = services.GetRequiredKeyedService<IEncodedPipeline>("shapes");

        InferenceResult result = Assert.Single(await pipeline.RunAsync([Sample("star-256x256.jpg")], Token));
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            pipeline.WriteValue(result, writer);
        }

        Assert.Equal("""{"Label":"star","Width":256,"Height":256,"X":128,"Y":128}""", Encoding.UTF8.GetString(stream.ToArray()));
    }

    [Fact]
    public async Task UseImagePipeline_InvalidSettings_AreReportedByName()
    {
        await using ServiceProvider services = Build(model => model.UseImagePipeline(
            _ => new ShapePostprocessor(), ShapeJson.Default.Shape, options => options.Decoding.MaxPixels = 0));
        var pipeline = services.GetRequiredService<IInferencePipeline<ReadOnlyMemory<byte>, Shape>>;

        Exception exception = Assert.ThrowsAny<Exception>(() => pipeline());

        Assert.Contains("MaxPixels", exception.Message, StringComparison.Ordinal);
    }

    // A model with further inputs has a preprocessor that fills them and leaves the image to ImagePreprocessor.
    [Fact]
    public async Task ImagePreprocessor_CalledByAnotherPreprocessor_FillsTheImageInput()
    {
        var counting = new CountingPreprocessor();
        await using ServiceProvider services = Build(model => model.UsePipeline(_ => counting, _ => new ShapePostprocessor()));
        var pipeline = services.GetRequiredService<IInferencePipeline<ReadOnlyMemory<byte>, Shape>>();

        InferenceResult<Shape> result = await pipeline.RunAsync(Sample("star-256x256.jpg"), Token);

        Assert.Equal(("star", 1), (result.Value.Label, counting.Images));
    }

    [Fact]
    public void GetImageTransform_BatchWithoutImages_SaysWhichPreprocessorIsNeeded()
    {
        using var batch = new InferenceBatch(
            new Sessions.LoadedModel(
                new ModelIdentity("m", "v", "test"),
                new Sessions.ModelDescription([], []),
                new Models.ModelArtifact("test", "v", [Models.ModelFile.InMemory("model.onnx", new byte[1])])),
            1);

        var exception = Assert.Throws<InvalidOperationException>(() => batch.GetImageTransform(0));

        Assert.Contains(nameof(ImagePreprocessor), exception.Message, StringComparison.Ordinal);
    }

    private static void UseShapes(Registration.ModelBuilder model) =>
        model.UseImagePipeline(_ => new ShapePostprocessor(), ShapeJson.Default.Shape);

    private static ServiceProvider Build(Action<Registration.ModelBuilder> pipeline)
    {
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel("shapes", model => pipeline(model.FromFileSystem(Repository.DemoModel)));
        return services.BuildServiceProvider();
    }

    private static byte[] Sample(string name) => File.ReadAllBytes(Path.Combine(Repository.DemoModel, "samples", name));

    private sealed record Shape(string Label, int Width, int Height, float X, float Y);

    private sealed class ShapePostprocessor : IPostprocessor<Shape>
    {
        public ValueTask PostprocessAsync(InferenceBatch batch, Memory<Shape> outputs, CancellationToken cancellationToken)
        {
            IReadOnlyList<string> labels = Sessions.ModelLabels.Find(batch.Model);
            TensorView<float> scores = batch.GetOutput<float>(0);
            for (int i = 0; i < outputs.Length; i++)
            {
                if (batch.GetFailure(i) is null)
                {
                    LetterboxTransform transform = batch.GetImageTransform(i);
                    ImageSize size = batch.GetImageSize();
                    outputs.Span[i] = new Shape(
                        labels[TensorPrimitives.IndexOfMax(scores.Row(i))],
                        transform.SourceWidth,
                        transform.SourceHeight,
                        transform.ToSourceX(size.Width / 2f),
                        transform.ToSourceY(size.Height / 2f));
                }
            }

            return ValueTask.CompletedTask;
        }
    }

    private sealed class CountingPreprocessor : IPreprocessor<ReadOnlyMemory<byte>>
    {
        private readonly ImagePreprocessor _images = new();

        public int Images { get; private set; }

        public ValueTask PreprocessAsync(
            ReadOnlyMemory<ReadOnlyMemory<byte>> inputs, InferenceBatch batch, CancellationToken cancellationToken)
        {
            Images += inputs.Length;
            return _images.PreprocessAsync(inputs, batch, cancellationToken);
        }
    }

    [JsonSerializable(typeof(Shape))]
    private sealed partial class ShapeJson : JsonSerializerContext;

    private sealed class BestLabelPostprocessor : IPostprocessor<Shape>
    {
        public void Prepare(LoadedModel model) => _ = GetScores(model);

        public ValueTask PostprocessAsync(InferenceBatch batch, Memory<Shape> outputs, CancellationToken cancellationToken)
        {
            GetScores(batch.Model).Answer(batch, outputs, topK: 1, minScore: 0, static top => new Shape(top[0].Label, 0, 0, 0, 0));
            return ValueTask.CompletedTask;
        }

        private ClassScores GetScores(LoadedModel model) =>
            model.GetOrCreate(this, static model => ClassScores.Read(model, "image-classification"));
    }
}

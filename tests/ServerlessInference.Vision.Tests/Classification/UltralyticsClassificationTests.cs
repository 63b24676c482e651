using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Imaging.Processing;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Vision.Classification;
using ServerlessInference.Vision.Tests.Detection;

namespace ServerlessInference.Vision.Tests.Classification;

public sealed class UltralyticsClassificationTests
{
    [Theory]
    [InlineData(224, 224, ImageResizeMode.ShorterSide)]
    [InlineData(96, 128, ImageResizeMode.Exact)]
    public void Read_ClassifyTask_UsesUltralyticsTransforms(int height, int width, ImageResizeMode mode)
    {
        ImagePreprocessingOptions settings = DefaultPreprocessing.Read(
            Fixture().Input(1, 3, height, width).Model(), null);

        Assert.Equal((mode, height, width, height), (settings.Mode, settings.Height, settings.Width, settings.ShorterSide));
        Assert.Equal(
            (ResizeFilter.Bilinear, new ChannelValues(0f), new ChannelValues(1f)),
            (settings.Filter, settings.Mean, settings.StandardDeviation));
    }

    [Fact]
    public void Read_DynamicSize_UsesMetadata()
    {
        ImagePreprocessingOptions settings = DefaultPreprocessing.Read(
            Fixture().Input(-1, 3, -1, -1).Metadata("imgsz", "[128, 128]").Model(), null);

        Assert.Equal((128, 128, 128), (settings.Height, settings.Width, settings.ShorterSide));
    }

    [Fact]
    public async Task Postprocess_ClassifyTask_UsesOutputsAsProbabilities()
    {
        using var batch = new InferenceBatch(Fixture().Model(), 1);
        batch.SetOutput("output0", TensorValue.Create([0.25f, 0.75f], 1, 2));
        var results = new ImageClassification[1];

        await new ImageClassificationPostprocessor(new ImageClassificationOptions())
            .PostprocessAsync(batch, results, TestContext.Current.CancellationToken);

        Assert.Equal([new LabelScore(1, "class1", 0.75f), new LabelScore(0, "class0", 0.25f)], results[0].Top);
    }

    private static DetectionFixture Fixture() =>
        new DetectionFixture().Output("output0", TensorElementType.Float, 1, 2).Ultralytics("classify", 2);
}

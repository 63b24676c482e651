using System.Text;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Processing;
using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Vision.Tests.Internal;

/// <summary>Which file next to a model decides how images become tensors.</summary>
public sealed class DefaultPreprocessingTests
{
    private const string Timm =
        """
        {"architecture":"mobilenetv2_100","num_classes":2,"pretrained_cfg":{"input_size":[3,224,224],"interpolation":"bicubic",
        "crop_pct":0.95,"crop_mode":"center","mean":[0.5,0.5,0.5],"std":[0.25,0.5,0.5]}}
        """;

    [Fact]
    public void Read_TimmConfig_IsFollowed()
    {
        LoadedModel model = Create(("config.json", Timm));

        ImagePreprocessingOptions settings = DefaultPreprocessing.Read(model, null);

        Assert.Equal(
            (ImageResizeMode.ShorterSide, 235, 224, 224, ResizeFilter.Bicubic, CropRounding.HalfToEven),
            (settings.Mode, settings.ShorterSide, settings.Width, settings.Height, settings.Filter, settings.CropRounding));
        Assert.Equal((0.5f, 0.25f), (settings.Mean.Red, settings.StandardDeviation.Red));
        Assert.Equal(
            new ModelDecision(
                "preprocessing",
                "shorter side 235, 224 x 224, bicubic, RGB, scale 0.003922, mean 0.5, std 0.25",
                "pretrained_cfg of config.json"),
            Assert.Single(model.Decisions));
    }

    [Fact]
    public void Read_CaseOfTimm_IsFollowed()
    {
        LoadedModel model = Create(("config.json", File.ReadAllText(Cases.File("vision", "timm_config.json"))));

        ImagePreprocessingOptions settings = DefaultPreprocessing.Read(model, null);

        Assert.Equal(
            (235, ResizeFilter.Bicubic, 0.5f, 0.5f),
            (settings.ShorterSide, settings.Filter, settings.Mean.Red, settings.StandardDeviation.Red));
    }

    [Fact]
    public void Read_TimmSquash_ResizesExactlyThenCrops()
    {
        LoadedModel model = Create(
            ("config.json", """{"pretrained_cfg":{"input_size":[3,224,224],"crop_pct":0.9,"crop_mode":"squash"}}"""));

        ImagePreprocessingOptions settings = DefaultPreprocessing.Read(model, null);

        Assert.Equal((ImageResizeMode.Exact, 248, 248, 224), (settings.Mode, settings.ResizeWidth, settings.ResizeHeight, settings.Width));
    }

    [Theory]
    [InlineData("""{"architecture":"resnet18","input_size":[3,224,224],"mean":[0.5,0.5,0.5],"std":[0.5,0.5,0.5],"crop_pct":1.0}""", 224)]
    [InlineData("""{"pretrained_cfg":{}}""", 256)]
    public void Read_TimmFlatOrEmpty_GetsTheDefaults(string config, int shorter) =>
        Assert.Equal(shorter, DefaultPreprocessing.Read(Create(("config.json", config)), null).ShorterSide);

    [Theory]
    [InlineData("""{"pretrained_cfg":{"crop_mode":"border"}}""", "states the crop mode 'border' for 224 x 224 pixels")]
    [InlineData("""{"pretrained_cfg":{"interpolation":"random"}}""", "states the interpolation 'random'")]
    [InlineData("""{"pretrained_cfg":{"mean":[1,2]}}""", "'mean' has 2 numbers")]
    public void Read_TimmThatIsNotSupported_Throws(string config, string reason) => Assert.Contains(
        reason,
        Assert.Throws<ModelLoadException>(() => DefaultPreprocessing.Read(Create(("config.json", config)), null)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Read_TimmWrapper_TakesItsSettingsFromConfig()
    {
        LoadedModel model = Create(
            ("config.json", Timm), ("preprocessor_config.json", """{"image_processor_type":"TimmWrapperImageProcessor"}"""));

        Assert.Equal(235, DefaultPreprocessing.Read(model, null).ShorterSide);
    }

    [Fact]
    public void Read_ProcessorConfig_IsFollowed()
    {
        LoadedModel model = Create(
            ("processor_config.json", """{"image_processor":{"image_processor_type":"ViTImageProcessorFast","resample":3}}"""));

        Assert.Equal(ResizeFilter.Bicubic, DefaultPreprocessing.Read(model, null).Filter);
        Assert.Equal("processor_config.json", Assert.Single(model.Decisions).Origin);
    }

    [Fact]
    public void Read_JsonThatIsNoProcessorConfiguration_NamesTheFile()
    {
        LoadedModel model = Create(("preprocessor_config.json", """{"model_type":"vit"}"""));

        var exception = Assert.Throws<ModelLoadException>(() => DefaultPreprocessing.Read(model, null));

        Assert.StartsWith(
            "preprocessor_config.json is not the configuration of an image processor", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_LobeSignature_CropsTheCentreAndScales()
    {
        LoadedModel model = Create(("signature.json", """{"inputs":{"Image":{}},"outputs":{},"classes":{"Label":["a","b"]}}"""));

        ImagePreprocessingOptions settings = DefaultPreprocessing.Read(model, null);

        Assert.Equal(
            (224, 224, ResizeFilter.Bicubic, 0f, 1f),
            (settings.ShorterSide, settings.Width, settings.Filter, settings.Mean.Red, settings.StandardDeviation.Red));
    }

    [Theory]
    [InlineData("Bgr8", "NominalRange_0_255", ChannelOrder.Bgr, 1.0, 0f)]
    [InlineData("Rgb8", "Normalized_0_1", ChannelOrder.Rgb, 1.0 / 255, 0f)]
    [InlineData("Rgb8", "Normalized_1_1", ChannelOrder.Rgb, 1.0 / 255, 0.5f)]
    public void Read_ImageMetadata_IsFollowed(string format, string range, ChannelOrder order, double scale, float mean)
    {
        LoadedModel model = Create(
            [("Image.BitmapPixelFormat", format), ("Image.NominalPixelRange", range)], [1, 3, 224, 224], "input", ["output"]);

        ImagePreprocessingOptions settings = DefaultPreprocessing.Read(model, null);

        Assert.Equal(
            (ImageResizeMode.Exact, order, scale, mean), (settings.Mode, settings.ChannelOrder, settings.Scale, settings.Mean.Red));
    }

    [Theory]
    [InlineData("Nv12", "Normalized_0_1", "'Image.BitmapPixelFormat' of model 'model' is 'Nv12'")]
    [InlineData("Rgb8", "NominalRange_16_235", "'Image.NominalPixelRange' of model 'model' is 'NominalRange_16_235'")]
    public void Read_ImageMetadataThatIsNotSupported_Throws(string format, string range, string reason)
    {
        LoadedModel model = Create(
            [("Image.BitmapPixelFormat", format), ("Image.NominalPixelRange", range)], [1, 3, 224, 224], "input", ["output"]);

        var exception = Assert.Throws<ModelLoadException>(() => DefaultPreprocessing.Read(model, null));

        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_CustomVision_IsBgrFrom0To255()
    {
        LoadedModel model = Create([], [-1, 3, 224, 224], "data", ["classLabel", "loss"]);

        ImagePreprocessingOptions settings = DefaultPreprocessing.Read(model, null);

        Assert.Equal(
            (ImageResizeMode.Exact, ChannelOrder.Bgr, 1.0, 0f), (settings.Mode, settings.ChannelOrder, settings.Scale, settings.Mean.Red));
    }

    [Fact]
    public void Read_TeachableMachine_CropsTheCentreAndScalesToMinusOne()
    {
        LoadedModel model = Create([], [-1, 224, 224, 3], "sequential_1_input", ["sequential_3"], ("labels.txt", "0 Cat\n1 Dog\n"));

        ImagePreprocessingOptions settings = DefaultPreprocessing.Read(model, null);

        Assert.Equal(
            (ImageResizeMode.ShorterSide, 224, 224, ResizeFilter.Lanczos, 1 / 127.5, 1f, 1f),
            (settings.Mode, settings.ShorterSide, settings.Width, settings.Filter, settings.Scale, settings.Mean.Red,
                settings.StandardDeviation.Red));
    }

    [Fact]
    public void Read_NothingStated_IsTorchvisionsAndSaysSo()
    {
        LoadedModel model = Create();

        Assert.Equal(256, DefaultPreprocessing.Read(model, null).ShorterSide);
        Assert.Equal("a default, since no file next to the model states the settings", Assert.Single(model.Decisions).Origin);
    }

    [Theory]
    [InlineData(new long[] { 1, 1, 8, 8 })]
    [InlineData(new long[] { 1, 8, 8, 1 })]
    public async Task Preprocess_GreyInput_GetsPillowsLuma(long[] shape)
    {
        float[] values = await PreprocessAsync(shape);

        Assert.Equal(64, values.Length);
        Assert.All(values, value => Assert.Equal(124f / 255f, value));
    }

    [Fact]
    public async Task Preprocess_RgbaInput_GetsAnOpaqueChannel()
    {
        float[] planes = await PreprocessAsync([1, 4, 8, 8]);
        float[] pixels = await PreprocessAsync([1, 8, 8, 4]);

        Assert.Equal([200f / 255f, 100f / 255f, 50f / 255f, 1f], pixels[..4]);
        Assert.Equal([200f / 255f, 100f / 255f, 50f / 255f, 1f], [planes[0], planes[64], planes[128], planes[192]]);
    }

    private static async Task<float[]> PreprocessAsync(long[] shape)
    {
        var image = new ImageBuffer(8, 8);
        for (int i = 0; i < image.Pixels.Length; i += 3)
        {
            ((ReadOnlySpan<byte>)[200, 100, 50]).CopyTo(image.Pixels[i..]);
        }

        using var stream = new MemoryStream();
        PngEncoder.Encode(image, stream);
        LoadedModel model = Create([], shape, "input", ["output"]);
        using var batch = new InferenceBatch(model, 1);
        await new ImagePreprocessor().PreprocessAsync(
            new ReadOnlyMemory<byte>[] { stream.ToArray() }, batch, TestContext.Current.CancellationToken);
        return batch.GetInput<float>(0).ToArray();
    }

    private static LoadedModel Create(params (string Name, string Text)[] files) =>
        Create([], [1, 3, 224, 224], "input", ["output"], files);

    private static LoadedModel Create(
        (string Key, string Value)[] metadata, long[] input, string name, string[] outputs, params (string Name, string Text)[] files) =>
        new(
            new ModelIdentity("model", "1", "test:"),
            new ModelDescription(
                [new ValueDescription(name, ValueKind.Tensor, TensorElementType.Float, input)],
                [.. outputs.Select(output => new ValueDescription(output, ValueKind.Tensor, TensorElementType.Float, [-1, 2]))],
                metadata.ToDictionary(entry => entry.Key, entry => entry.Value)),
            new ModelArtifact(
                "test:",
                "1",
                [
                    ModelFile.InMemory("model.onnx", new byte[1]),
                    .. files.Select(file => ModelFile.InMemory(file.Name, Encoding.UTF8.GetBytes(file.Text))),
                ]));
}

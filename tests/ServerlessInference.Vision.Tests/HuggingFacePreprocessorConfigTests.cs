using System.Text;
using ServerlessInference.Imaging.Processing;

namespace ServerlessInference.Vision.Tests;

public sealed class HuggingFacePreprocessorConfigTests
{
    [Fact]
    public void Read_OldViT_NumberIsBothSides()
    {
        ImagePreprocessingOptions options = Read(
            """
            {"do_normalize":true,"do_resize":true,"feature_extractor_type":"ViTFeatureExtractor","image_mean":[0.5,0.5,0.5],
            "image_std":[0.5,0.5,0.5],"resample":2,"size":224}
            """);

        Assert.Equal(
            (ImageResizeMode.Exact, 224, 224, ResizeFilter.Bilinear, 0.5f),
            (options.Mode, options.Width, options.Height, options.Filter, options.Mean.Green));
    }

    [Fact]
    public void Read_NewViT_ObjectIsBothSides()
    {
        ImagePreprocessingOptions options = Read(
            """
            {"image_processor_type":"ViTImageProcessorFast","size":{"height":240,"width":260},"resample":3,"image_mean":[0.1,0.2,0.3],
            "image_std":[0.4,0.5,0.6],"rescale_factor":0.5}
            """);

        Assert.Equal(
            (ImageResizeMode.Exact, 260, 240, ResizeFilter.Bicubic, 0.5),
            (options.Mode, options.Width, options.Height, options.Filter, options.Scale));
        Assert.Equal((new ChannelValues(0.1f, 0.2f, 0.3f), new ChannelValues(0.4f, 0.5f, 0.6f)), (options.Mean, options.StandardDeviation));
    }

    [Theory]
    [InlineData(
        """
        {"feature_extractor_type":"ConvNextFeatureExtractor","size":224,"crop_pct":0.875,"resample":3,"image_mean":[0.485,0.456,0.406],
        "image_std":[0.229,0.224,0.225]}
        """,
        ImageResizeMode.ShorterSide,
        256)]
    [InlineData(
        """{"image_processor_type":"ConvNextImageProcessor","size":{"shortest_edge":224},"crop_pct":0.95}""",
        ImageResizeMode.ShorterSide,
        235)]
    [InlineData("""{"image_processor_type":"ConvNextImageProcessor","size":{"shortest_edge":224}}""", ImageResizeMode.ShorterSide, 256)]
    public void Read_ConvNext_ResizesByTheCropPercent(string json, ImageResizeMode mode, int shorter)
    {
        ImagePreprocessingOptions options = Read(json);

        Assert.Equal((mode, shorter, 224, CropRounding.Down), (options.Mode, options.ShorterSide, options.Width, options.CropRounding));
    }

    [Fact]
    public void Read_LargeConvNext_Warps()
    {
        ImagePreprocessingOptions options = Read("""{"feature_extractor_type":"ConvNextFeatureExtractor","size":384}""");

        Assert.Equal((ImageResizeMode.Exact, 384), (options.Mode, options.Width));
    }

    [Theory]
    [InlineData("""{"image_processor_type":"CLIPImageProcessor"}""", 224, 224)]
    [InlineData(
        """{"image_processor_type":"BitImageProcessor","size":{"shortest_edge":256},"crop_size":{"height":224,"width":224}}""", 256, 224)]
    [InlineData("""{"feature_extractor_type":"MobileNetV2FeatureExtractor","size":256,"crop_size":192}""", 256, 192)]
    [InlineData("""{"do_center_crop":true,"size":232,"crop_size":200}""", 232, 200)]
    [InlineData("""{"feature_extractor_type":"LevitFeatureExtractor","size":224}""", 256, 224)]
    public void Read_ShorterSideAndCrop_AreUsed(string json, int shorter, int crop)
    {
        ImagePreprocessingOptions options = Read(json);

        Assert.Equal(
            (ImageResizeMode.ShorterSide, shorter, crop, crop), (options.Mode, options.ShorterSide, options.Width, options.Height));
    }

    [Fact]
    public void Read_DeiT_ResizesExactlyThenCrops()
    {
        ImagePreprocessingOptions options = Read("""{"image_processor_type":"DeiTImageProcessor"}""");

        Assert.Equal(
            (ImageResizeMode.Exact, 256, 256, 224, 224),
            (options.Mode, options.ResizeWidth, options.ResizeHeight, options.Width, options.Height));
    }

    [Fact]
    public void Read_MobileViT_ReversesTheChannelsAndDoesNotNormalize()
    {
        ImagePreprocessingOptions options = Read("""{"image_processor_type":"MobileViTImageProcessor"}""");

        Assert.Equal(
            (ChannelOrder.Bgr, new ChannelValues(0f), new ChannelValues(1f)),
            (options.ChannelOrder, options.Mean, options.StandardDeviation));
    }

    [Fact]
    public void Read_DisabledSteps_AreSkipped()
    {
        ImagePreprocessingOptions options = Read("""{"do_resize":false,"do_rescale":false,"do_normalize":false,"image_mean":[1,1,1]}""");

        Assert.Equal((ImageResizeMode.None, 1.0, new ChannelValues(0f)), (options.Mode, options.Scale, options.Mean));
    }

    [Theory]
    [InlineData("""{"image_processor_type":"DetrImageProcessor"}""", "DetrImageProcessor")]
    [InlineData("""{"image_processor_type":"EfficientNetImageProcessor"}""", "EfficientNetImageProcessor")]
    [InlineData("""{"size":{"shortest_edge":800,"longest_edge":1333}}""", "longest_edge")]
    [InlineData("""{"do_pad":true}""", "do_pad")]
    [InlineData("""{"resample":9}""", "resampling filter 9")]
    [InlineData("""{"image_mean":[0.5]}""", "image_mean")]
    [InlineData("""{"crop_size":{"x":1},"do_center_crop":true}""", "crop")]
    [InlineData("""{"size":"large"}""", "size")]
    [InlineData("""{"resample":"bicubic"}""", "not the JSON")]
    [InlineData("""{"image_std":[0.5,0,0.5]}""", "StandardDeviation")]
    [InlineData("""{"size":70000}""", "Width is 70000; it must be 0 to 65535.")]
    [InlineData("""[1]""", "Array")]
    [InlineData("""{""", "not the JSON")]
    [InlineData("", "not the JSON")]
    public void Read_UnsupportedSetting_ThrowsModelLoadException(string json, string named)
    {
        var exception = Assert.Throws<ModelLoadException>(() => Read(json));

        Assert.Contains(named, exception.Message, StringComparison.Ordinal);
    }

    private static ImagePreprocessingOptions Read(string json) => HuggingFacePreprocessorConfig.Read(Encoding.UTF8.GetBytes(json));
}

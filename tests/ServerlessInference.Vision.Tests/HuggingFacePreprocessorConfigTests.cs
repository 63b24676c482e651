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

    [Theory]
    [InlineData("BlipImageProcessor", ImageResizeMode.Exact, 384, 384, ResizeFilter.Bicubic, 0.48145466f)]
    [InlineData("DINOv3ViTImageProcessorFast", ImageResizeMode.Exact, 224, 224, ResizeFilter.Bilinear, 0.485f)]
    [InlineData("DPTImageProcessor", ImageResizeMode.Exact, 384, 384, ResizeFilter.Bicubic, 0.5f)]
    [InlineData("PvtImageProcessor", ImageResizeMode.Exact, 224, 224, ResizeFilter.Bilinear, 0.485f)]
    [InlineData("OwlViTImageProcessor", ImageResizeMode.Exact, 768, 768, ResizeFilter.Bicubic, 0.48145466f)]
    [InlineData("PoolFormerImageProcessor", ImageResizeMode.ShorterSide, 224, 248, ResizeFilter.Bicubic, 0.485f)]
    [InlineData("ChineseCLIPImageProcessor", ImageResizeMode.ShorterSide, 224, 224, ResizeFilter.Bicubic, 0.48145466f)]
    [InlineData("EfficientNetImageProcessor", ImageResizeMode.Exact, 346, 346, ResizeFilter.Nearest, 0.5f)]
    public void Read_FurtherProcessors_HaveTheirDefaults(
        string processor, ImageResizeMode mode, int width, int resized, ResizeFilter filter, float mean)
    {
        ImagePreprocessingOptions options = Read($$"""{"image_processor_type":"{{processor}}"}""");

        Assert.Equal((mode, width, filter, mean), (options.Mode, options.Width, options.Filter, options.Mean.Red));
        Assert.Equal(resized, mode == ImageResizeMode.ShorterSide ? options.ShorterSide : options.Width);
    }

    [Fact]
    public void Read_EfficientNet_DividesTwiceAndShifts()
    {
        ImagePreprocessingOptions options = Read(
            """
            {"image_processor_type":"EfficientNetImageProcessor","rescale_factor":0.00784313725,"rescale_offset":true,"include_top":true,
            "image_mean":[0.1,0.2,0.3],"image_std":[0.5,0.4,0.3]}
            """);

        Assert.Equal((1.1f, 0.25f), (options.Mean.Red, options.StandardDeviation.Red));
        Assert.Equal(0.00784313725, options.Scale);
    }

    [Fact]
    public void Read_ProcessorConfigOfTransformers5_TakesTheImageProcessor()
    {
        ImagePreprocessingOptions options = Read(
            """
            {"image_processor":{"image_processor_type":"ViTImageProcessorFast","size":{"height":96,"width":80}},
            "processor_class":"ViTProcessor","tokenizer":{}}
            """);

        Assert.Equal((80, 96), (options.Width, options.Height));
    }

    [Fact]
    public void Read_NumbersForAllChannels_AreSpread()
    {
        ImagePreprocessingOptions options = Read("""{"image_mean":0.25,"image_std":[0.75]}""");

        Assert.Equal((new ChannelValues(0.25f), new ChannelValues(0.75f)), (options.Mean, options.StandardDeviation));
    }

    [Fact]
    public void Read_ByteOrderMark_IsSkipped() =>
        Assert.Equal(100, Read("\uFEFF{\"size\":100}").Width);

    [Theory]
    [InlineData("notapreproc_modelconfig.json")]
    [InlineData("rmbg_nested.json")]
    public void Read_CaseThatIsNoProcessorConfiguration_Throws(string file)
    {
        byte[] json = File.ReadAllBytes(Cases.File("vision", file));

        Assert.Throws<ModelLoadException>(() => HuggingFacePreprocessorConfig.Read(json));
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
    [InlineData("""{"image_processor_type":"Siglip2ImageProcessor"}""", "Siglip2ImageProcessor")]
    [InlineData("""{"size":{"shortest_edge":800,"longest_edge":1333}}""", "longest_edge")]
    [InlineData("""{"do_pad":true}""", "do_pad")]
    [InlineData("""{"resample":9}""", "resampling filter 9")]
    [InlineData("""{"image_mean":[0.5,0.5]}""", "image_mean")]
    [InlineData("""{"_name_or_path":"vit","model_type":"vit","image_size":384}""", "not the configuration of an image processor")]
    [InlineData("""{"config":{"do_normalize":true,"size":{"width":1024,"height":1024}}}""", "not the configuration of an image processor")]
    [InlineData("""{"image_processor_type":"DPTImageProcessor","keep_aspect_ratio":true}""", "keep_aspect_ratio")]
    [InlineData("""{"image_processor_type":"DPTImageProcessor","ensure_multiple_of":14}""", "not a multiple of its ensure_multiple_of, 14")]
    [InlineData(
        """{"image_processor_type":"PoolFormerImageProcessor","size":{"height":224,"width":200}}""", "not a square together with crop_pct")]
    [InlineData("""{"image_processor_type":"TimmWrapperImageProcessor"}""", "names timm's processor")]
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

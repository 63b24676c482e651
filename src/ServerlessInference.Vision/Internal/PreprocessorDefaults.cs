using ServerlessInference.Imaging.Processing;

namespace ServerlessInference.Vision;

/// <summary>The defaults of a Hugging Face image processor for settings that its file omits.</summary>
/// <remarks>Source: the constructors of the processors in transformers 4.</remarks>
/// <param name="Size">The size in pixels.</param>
/// <param name="SizeIsShorterSide">Whether a size given as a number is the length of the shorter side. Otherwise it is both sides.</param>
/// <param name="Filter">The resampling filter.</param>
/// <param name="CropSize">The side of the crop in pixels; 0 for no crop.</param>
/// <param name="Mean">The mean.</param>
/// <param name="Deviation">The standard deviation.</param>
internal sealed record PreprocessorDefaults(
    int Size, bool SizeIsShorterSide, ResizeFilter Filter, int CropSize, ChannelValues Mean, ChannelValues Deviation)
{
    private static readonly ChannelValues Half = new(0.5f);
    private static readonly ChannelValues ImageNetMean = new(0.485f, 0.456f, 0.406f);
    private static readonly ChannelValues ImageNetDeviation = new(0.229f, 0.224f, 0.225f);
    private static readonly ChannelValues ClipMean = new(0.48145466f, 0.4578275f, 0.40821073f);
    private static readonly ChannelValues ClipDeviation = new(0.26862954f, 0.26130258f, 0.27577711f);

    /// <summary>The supported processors, for error messages.</summary>
    public const string SupportedFamilies =
        "ViT, DeiT, Beit, Bit, CLIP, ChineseCLIP, Siglip, Blip, ConvNext, DINOv3ViT, DPT, EfficientFormer, EfficientNet, Flava, Levit, " +
        "MobileNetV1, MobileNetV2, MobileViT, OwlViT, PoolFormer, Pvt, Segformer, ViTHybrid";

    /// <summary>Finds the defaults of a processor.</summary>
    /// <param name="family">The name of the processor without "ImageProcessor" or "FeatureExtractor"; empty if the file names none.</param>
    /// <returns>The defaults, or <see langword="null"/> if the processor is not supported.</returns>
    public static PreprocessorDefaults? Find(string family) => family switch
    {
        "" or "ViT" => new(224, false, ResizeFilter.Bilinear, 0, Half, Half),
        "DeiT" or "Beit" => new(256, false, ResizeFilter.Bicubic, 224, Half, Half),
        "Siglip" => new(224, false, ResizeFilter.Bicubic, 0, Half, Half),
        "Blip" => new(384, false, ResizeFilter.Bicubic, 0, ClipMean, ClipDeviation),
        "OwlViT" => new(768, false, ResizeFilter.Bicubic, 0, ClipMean, ClipDeviation),
        "Flava" => new(224, false, ResizeFilter.Bicubic, 224, ClipMean, ClipDeviation),
        "DPT" => new(384, false, ResizeFilter.Bicubic, 0, Half, Half),
        "EfficientNet" => new(346, false, ResizeFilter.Nearest, 0, Half, Half),
        "EfficientFormer" => new(224, false, ResizeFilter.Bicubic, 224, ImageNetMean, ImageNetDeviation),
        "PoolFormer" => new(224, true, ResizeFilter.Bicubic, 224, ImageNetMean, ImageNetDeviation),
        "DINOv3ViT" or "Pvt" => new(224, false, ResizeFilter.Bilinear, 0, ImageNetMean, ImageNetDeviation),
        "Segformer" => new(512, false, ResizeFilter.Bilinear, 0, ImageNetMean, ImageNetDeviation),
        "CLIP" or "ChineseCLIP" or "Bit" or "ViTHybrid" => new(224, true, ResizeFilter.Bicubic, 224, ClipMean, ClipDeviation),
        "ConvNext" => new(384, true, ResizeFilter.Bilinear, 0, Half, Half),
        "Levit" => new(224, true, ResizeFilter.Bicubic, 224, ImageNetMean, ImageNetDeviation),
        "MobileNetV1" or "MobileNetV2" => new(256, true, ResizeFilter.Bilinear, 224, Half, Half),
        "MobileViT" => new(224, true, ResizeFilter.Bilinear, 256, new ChannelValues(0f), new ChannelValues(1f)),
        _ => null,
    };
}

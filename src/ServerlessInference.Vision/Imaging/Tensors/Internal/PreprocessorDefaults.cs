using ServerlessInference.Vision.Imaging.Resizing;

namespace ServerlessInference.Vision.Imaging.Tensors.Internal;

/// <summary>What a Hugging Face image processor does where its file says nothing. Source: transformers 4, the processors' constructors.</summary>
/// <param name="Size">Pixels.</param>
/// <param name="SizeIsShorterSide">Whether a bare number is the shorter side; otherwise it is both sides.</param>
/// <param name="Filter">The resampling.</param>
/// <param name="CropSize">Pixels; 0 for no crop.</param>
/// <param name="Mean">The mean.</param>
/// <param name="Deviation">The standard deviation.</param>
internal sealed record PreprocessorDefaults(int Size, bool SizeIsShorterSide, ResizeFilter Filter, int CropSize, ChannelValues Mean, ChannelValues Deviation)
{
    private static readonly ChannelValues Half = new(0.5f);
    private static readonly ChannelValues ImageNetMean = new(0.485f, 0.456f, 0.406f);
    private static readonly ChannelValues ImageNetDeviation = new(0.229f, 0.224f, 0.225f);
    private static readonly ChannelValues ClipMean = new(0.48145466f, 0.4578275f, 0.40821073f);
    private static readonly ChannelValues ClipDeviation = new(0.26862954f, 0.26130258f, 0.27577711f);

    /// <summary>The processors that are understood, for error messages.</summary>
    public const string Known = "ViT, DeiT, Beit, Bit, CLIP, Siglip, ConvNext, Levit, MobileNetV1, MobileNetV2, MobileViT, Segformer";

    /// <summary>Gets the defaults of a processor.</summary>
    /// <param name="family">Its name without "ImageProcessor" or "FeatureExtractor"; empty where the file names none.</param>
    /// <returns>The defaults; null where the processor is not understood.</returns>
    public static PreprocessorDefaults? Find(string family) => family switch
    {
        "" or "ViT" => new(224, false, ResizeFilter.Bilinear, 0, Half, Half),
        "DeiT" or "Beit" => new(256, false, ResizeFilter.Bicubic, 224, Half, Half),
        "Siglip" => new(224, false, ResizeFilter.Bicubic, 0, Half, Half),
        "Segformer" => new(512, false, ResizeFilter.Bilinear, 0, ImageNetMean, ImageNetDeviation),
        "CLIP" or "Bit" => new(224, true, ResizeFilter.Bicubic, 224, ClipMean, ClipDeviation),
        "ConvNext" => new(384, true, ResizeFilter.Bilinear, 0, Half, Half),
        "Levit" => new(224, true, ResizeFilter.Bicubic, 224, ImageNetMean, ImageNetDeviation),
        "MobileNetV1" or "MobileNetV2" => new(256, true, ResizeFilter.Bilinear, 224, Half, Half),
        "MobileViT" => new(224, true, ResizeFilter.Bilinear, 256, new ChannelValues(0f), new ChannelValues(1f)),
        _ => null,
    };
}

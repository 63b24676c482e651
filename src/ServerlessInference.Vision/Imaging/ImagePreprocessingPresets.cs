using ServerlessInference.Vision.Imaging.Resizing;

namespace ServerlessInference.Vision.Imaging;

/// <summary>Ready settings for the pipelines that most models were trained with. Each call gives new settings, free to be changed.</summary>
public static class ImagePreprocessingPresets
{
    /// <summary>torchvision's ImageNet weights, <c>IMAGENET1K_V1</c>: bilinear to 256, centre crop to 224, ImageNet's mean and deviation.</summary>
    /// <returns>The settings.</returns>
    public static ImagePreprocessingOptions Torchvision() => new();

    /// <summary>torchvision's newer ImageNet weights, <c>IMAGENET1K_V2</c>: bilinear to 232, centre crop to 224, ImageNet's mean and deviation.</summary>
    /// <returns>The settings.</returns>
    public static ImagePreprocessingOptions TorchvisionV2() => new() { ShorterSide = 232 };

    /// <summary>timm's evaluation transform: bicubic to <c>floor(size / cropPercent)</c>, centre crop, ImageNet's mean and deviation.</summary>
    /// <param name="size">The side of the tensor in pixels.</param>
    /// <param name="cropPercent">The share of the resized image that is kept, above 0 up to 1; timm's <c>crop_pct</c>.</param>
    /// <returns>The settings.</returns>
    public static ImagePreprocessingOptions Timm(int size = 224, double cropPercent = 0.875)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(cropPercent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cropPercent, 1.0);
        return new ImagePreprocessingOptions
        {
            Width = size,
            Height = size,
            ShorterSide = (int)Math.Floor(size / cropPercent),
            Filter = ResizeFilter.Bicubic,
        };
    }

    /// <summary>Hugging Face's <c>ViTImageProcessor</c>: bilinear to exactly the size, 0 to 1 taken to -1 to 1.</summary>
    /// <param name="size">The side of the tensor in pixels.</param>
    /// <returns>The settings.</returns>
    public static ImagePreprocessingOptions HuggingFaceViT(int size = 224) => new()
    {
        Mode = ImageResizeMode.Exact,
        Width = size,
        Height = size,
        Mean = new ChannelValues(0.5f),
        StandardDeviation = new ChannelValues(0.5f),
        CropRounding = CropRounding.Down,
    };

    /// <summary>
    /// Hugging Face's <c>ConvNextImageProcessor</c>, which its ResNet models use too: below 384, bicubic to <c>int(size / cropPercent)</c> and a
    /// centre crop; from 384 on, exactly to the size. ImageNet's mean and deviation.
    /// </summary>
    /// <param name="size">The side of the tensor in pixels; the processor's <c>shortest_edge</c>.</param>
    /// <param name="cropPercent">The share of the resized image that is kept, above 0 up to 1; the processor's <c>crop_pct</c>.</param>
    /// <returns>The settings.</returns>
    public static ImagePreprocessingOptions HuggingFaceConvNext(int size = 224, double cropPercent = 0.875)
    {
        const int WarpFrom = 384;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(cropPercent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cropPercent, 1.0);
        return new ImagePreprocessingOptions
        {
            Mode = size < WarpFrom ? ImageResizeMode.ShorterSide : ImageResizeMode.Exact,
            Width = size,
            Height = size,
            ShorterSide = (int)(size / cropPercent),
            Filter = ResizeFilter.Bicubic,
            CropRounding = CropRounding.Down,
        };
    }

    /// <summary>Ultralytics' YOLO models: letterbox in the middle, filled with 114, 0 to 1, RGB.</summary>
    /// <param name="size">The side of the tensor in pixels.</param>
    /// <returns>The settings.</returns>
    public static ImagePreprocessingOptions Ultralytics(int size = 640) => new()
    {
        Mode = ImageResizeMode.Letterbox,
        Width = size,
        Height = size,
        Filter = ResizeFilter.OpenCvLinear,
        Mean = new ChannelValues(0f),
        StandardDeviation = new ChannelValues(1f),
    };

    /// <summary>Ultralytics' YOLO classifiers: bilinear so that the shorter side has the size, centre crop, 0 to 1, RGB.</summary>
    /// <remarks>Source: <c>classify_transforms</c> of Ultralytics 8.</remarks>
    /// <param name="size">The side of the tensor in pixels.</param>
    /// <returns>The settings.</returns>
    public static ImagePreprocessingOptions UltralyticsClassification(int size = 224) => new()
    {
        Width = size,
        Height = size,
        ShorterSide = size,
        Mean = new ChannelValues(0f),
        StandardDeviation = new ChannelValues(1f),
    };

    /// <summary>YOLOX: letterbox at the top left, filled with 114, 0 to 255, BGR.</summary>
    /// <param name="size">The side of the tensor in pixels.</param>
    /// <returns>The settings.</returns>
    public static ImagePreprocessingOptions Yolox(int size = 640) => new()
    {
        Mode = ImageResizeMode.Letterbox,
        LetterboxStyle = LetterboxStyle.TopLeft,
        Width = size,
        Height = size,
        Filter = ResizeFilter.OpenCvLinear,
        Scale = 1.0,
        Mean = new ChannelValues(0f),
        StandardDeviation = new ChannelValues(1f),
        ChannelOrder = ChannelOrder.Bgr,
    };
}

namespace ServerlessInference.Imaging.Processing;

/// <summary>
/// Settings of the preprocessing pipelines that most models were trained with. Each call returns a new object, which the caller may change.
/// </summary>
public static class ImagePreprocessingPresets
{
    /// <summary>
    /// Creates the settings of torchvision's ImageNet weights, <c>IMAGENET1K_V1</c>: bilinear resize to 256, centre crop to 224, ImageNet's
    /// mean and standard deviation.
    /// </summary>
    /// <returns>The settings.</returns>
    public static ImagePreprocessingOptions Torchvision() => new();

    /// <summary>
    /// Creates the settings of torchvision's newer ImageNet weights, <c>IMAGENET1K_V2</c>: bilinear resize to 232, centre crop to 224,
    /// ImageNet's mean and standard deviation.
    /// </summary>
    /// <returns>The settings.</returns>
    public static ImagePreprocessingOptions TorchvisionV2() => new() { ShorterSide = 232 };

    /// <summary>
    /// Creates the settings of timm's evaluation transform: bicubic resize to <c>floor(size / cropPercent)</c>, centre crop, ImageNet's
    /// mean and standard deviation.
    /// </summary>
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

    /// <summary>
    /// Creates the settings of Hugging Face's <c>ViTImageProcessor</c>: bilinear resize to exactly the size, values mapped to -1 to 1.
    /// </summary>
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
    /// Creates the settings of Hugging Face's <c>ConvNextImageProcessor</c>, which its ResNet models use too. Sizes below 384: bicubic
    /// resize to <c>int(size / cropPercent)</c> and centre crop. Sizes of 384 and above: bicubic resize to exactly the size. ImageNet's
    /// mean and standard deviation.
    /// </summary>
    /// <param name="size">The side of the tensor in pixels; the processor's <c>shortest_edge</c>.</param>
    /// <param name="cropPercent">The share of the resized image that is kept, above 0 up to 1; the processor's <c>crop_pct</c>.</param>
    /// <returns>The settings.</returns>
    public static ImagePreprocessingOptions HuggingFaceConvNext(int size = 224, double cropPercent = 0.875)
    {
        const int MinWarpSize = 384;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(cropPercent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cropPercent, 1.0);
        return new ImagePreprocessingOptions
        {
            Mode = size < MinWarpSize ? ImageResizeMode.ShorterSide : ImageResizeMode.Exact,
            Width = size,
            Height = size,
            ShorterSide = (int)(size / cropPercent),
            Filter = ResizeFilter.Bicubic,
            CropRounding = CropRounding.Down,
        };
    }

    /// <summary>Creates the settings of Ultralytics' YOLO models: centred letterbox padded with 114, values 0 to 1, RGB.</summary>
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

    /// <summary>
    /// Creates the settings of Ultralytics' YOLO classifiers: bilinear resize of the shorter side to the size, centre crop, values 0 to
    /// 1, RGB.
    /// </summary>
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

    /// <summary>Creates the settings of YOLOX: letterbox with the image at the top left, padded with 114, values 0 to 255, BGR.</summary>
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

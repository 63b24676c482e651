using System.ComponentModel.DataAnnotations;

namespace ServerlessInference.Imaging.Processing;

/// <summary>
/// Settings for turning an image into a tensor: resizing, cropping, normalisation and layout. The defaults are torchvision's for ImageNet.
/// </summary>
/// <remarks>
/// <para>The steps run in this order: resize by <see cref="Mode"/>; crop the centre to <see cref="Width"/> and <see cref="Height"/>
/// (a side that is too short is padded with black); compute <c>(pixel × Scale - Mean) / StandardDeviation</c>, each step rounded to
/// float32.</para>
/// <para><see cref="ImagePreprocessingPresets"/> has settings for common models. ServerlessInference.Vision reads the settings from the
/// folder of a Hugging Face model.</para>
/// </remarks>
/// <example>
/// <code>
/// var options = new ImagePreprocessingOptions
/// {
///     Mode = ImageResizeMode.Exact,
///     Width = 384,
///     Height = 384,
///     Filter = ResizeFilter.Bicubic,
///     Mean = new ChannelValues(0.5f),
///     StandardDeviation = new ChannelValues(0.5f),
/// };
/// </code>
/// </example>
public sealed class ImagePreprocessingOptions
{
    /// <summary>Gets or sets how the image is resized to the tensor.</summary>
    /// <value>The default is <see cref="ImageResizeMode.ShorterSide"/>.</value>
    public ImageResizeMode Mode { get; set; } = ImageResizeMode.ShorterSide;

    /// <summary>Gets or sets the width of the tensor.</summary>
    /// <value>
    /// Pixels, 0 to 65,535. The default is 224. With <see cref="ImageResizeMode.None"/> and <see cref="ImageResizeMode.ShorterSide"/>, 0
    /// means the width that each image has after resizing.
    /// </value>
    [Range(0, 65_535)]
    public int Width { get; set; } = 224;

    /// <summary>Gets or sets the height of the tensor.</summary>
    /// <value>
    /// Pixels, 0 to 65,535. The default is 224. With <see cref="ImageResizeMode.None"/> and <see cref="ImageResizeMode.ShorterSide"/>, 0
    /// means the height that each image has after resizing.
    /// </value>
    [Range(0, 65_535)]
    public int Height { get; set; } = 224;

    /// <summary>Gets or sets the length of the shorter side after resizing with <see cref="ImageResizeMode.ShorterSide"/>.</summary>
    /// <value>Pixels, 1 to 65,535. The default is 256.</value>
    [Range(1, 65_535)]
    public int ShorterSide { get; set; } = 256;

    /// <summary>Gets or sets the width to which <see cref="ImageResizeMode.Exact"/> resizes the image before the crop.</summary>
    /// <value>Pixels, 0 to 65,535. The default, 0, means <see cref="Width"/>.</value>
    [Range(0, 65_535)]
    public int ResizeWidth { get; set; }

    /// <summary>Gets or sets the height to which <see cref="ImageResizeMode.Exact"/> resizes the image before the crop.</summary>
    /// <value>Pixels, 0 to 65,535. The default, 0, means <see cref="Height"/>.</value>
    [Range(0, 65_535)]
    public int ResizeHeight { get; set; }

    /// <summary>Gets or sets the filter that weights pixels when an image is resized.</summary>
    /// <value>The default is <see cref="ResizeFilter.Bilinear"/>.</value>
    public ResizeFilter Filter { get; set; } = ResizeFilter.Bilinear;

    /// <summary>Gets or sets where a centre crop starts when an odd number of pixels has to be cut off.</summary>
    /// <value>The default is <see cref="CropRounding.HalfToEven"/>.</value>
    public CropRounding CropRounding { get; set; }

    /// <summary>Gets or sets where a letterboxed image is placed in the tensor.</summary>
    /// <value>The default is <see cref="LetterboxStyle.Centered"/>.</value>
    public LetterboxStyle LetterboxStyle { get; set; }

    /// <summary>Gets or sets a value indicating whether letterboxing enlarges images that are smaller than the tensor.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool LetterboxUpscale { get; set; } = true;

    /// <summary>
    /// Gets or sets the multiple to which each side of a letterboxed image is padded, instead of padding to the full <see cref="Width"/>
    /// and <see cref="Height"/>.
    /// </summary>
    /// <value>
    /// Pixels, 0 to 1024; usually the stride of the model, 32. The default, 0, pads to the full size. Other values require a model whose
    /// input height and width are dynamic.
    /// </value>
    [Range(0, 1024)]
    public int LetterboxStride { get; set; }

    /// <summary>Gets or sets the grey value of the padding around a letterboxed image.</summary>
    /// <value>0 to 255. The default is 114.</value>
    public byte LetterboxFill { get; set; } = 114;

    /// <summary>Gets or sets the factor by which pixels are multiplied.</summary>
    /// <value>The default is 1/255, which maps 0–255 to 0–1. The results equal those of a float32 division by 255.</value>
    [Range(1e-12, 1e12)]
    public double Scale { get; set; } = 1.0 / 255.0;

    /// <summary>Gets or sets the mean, which is subtracted from the scaled pixels.</summary>
    /// <value>The default is the mean of ImageNet: 0.485, 0.456, 0.406.</value>
    public ChannelValues Mean { get; set; } = new(0.485f, 0.456f, 0.406f);

    /// <summary>Gets or sets the standard deviation, by which the difference of pixel and mean is divided.</summary>
    /// <value>Must not be 0. The default is the standard deviation of ImageNet: 0.229, 0.224, 0.225.</value>
    public ChannelValues StandardDeviation { get; set; } = new(0.229f, 0.224f, 0.225f);

    /// <summary>
    /// Gets or sets the order of the channels. It does not affect <see cref="Mean"/> and <see cref="StandardDeviation"/>, which name their
    /// colours.
    /// </summary>
    /// <value>The default is <see cref="ChannelOrder.Rgb"/>.</value>
    public ChannelOrder ChannelOrder { get; set; }

    /// <summary>Gets or sets the order of the axes.</summary>
    /// <value>The default is <see cref="TensorLayout.Nchw"/>.</value>
    public TensorLayout Layout { get; set; }

    /// <summary>Gets or sets the element type of the tensor.</summary>
    /// <value>The default is <see cref="ImageElementType.Float32"/>.</value>
    public ImageElementType ElementType { get; set; }

    /// <summary>Checks the settings, each on its own and those that depend on each other.</summary>
    /// <returns>One sentence per failure; empty if the settings are valid.</returns>
    public IReadOnlyList<string> Validate() => ImagePreprocessingRules.FindFailures(this);

    /// <summary>Creates a copy of the settings.</summary>
    /// <returns>A new object with the same settings.</returns>
    public ImagePreprocessingOptions Clone() => (ImagePreprocessingOptions)MemberwiseClone();
}

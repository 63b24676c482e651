using System.ComponentModel.DataAnnotations;
using ServerlessInference.Vision.Imaging.Resizing;

namespace ServerlessInference.Vision.Imaging;

/// <summary>How an image becomes a tensor: resizing, cropping, normalisation, layout. The defaults are torchvision's for ImageNet.</summary>
/// <remarks>
/// <para>The steps, in this order: resize by <see cref="Mode"/>; crop from the middle to <see cref="Width"/> and <see cref="Height"/>
/// (a side that is too short is filled with black); <c>(pixel × Scale - Mean) / StandardDeviation</c>, each step rounded to float32.</para>
/// <para>Ready settings: <see cref="ImagePreprocessingPresets"/>; from a Hugging Face model folder: <see cref="HuggingFacePreprocessorConfig"/>.</para>
/// </remarks>
public sealed class ImagePreprocessingOptions
{
    /// <summary>Gets or sets how the image is brought to size.</summary>
    /// <value>The default is <see cref="ImageResizeMode.ShorterSide"/>.</value>
    public ImageResizeMode Mode { get; set; } = ImageResizeMode.ShorterSide;

    /// <summary>Gets or sets the width of the tensor.</summary>
    /// <value>Pixels; the default is 224. 0, with <see cref="ImageResizeMode.None"/> and <see cref="ImageResizeMode.ShorterSide"/>: whatever width the image gets.</value>
    [Range(0, 65_535)]
    public int Width { get; set; } = 224;

    /// <summary>Gets or sets the height of the tensor.</summary>
    /// <value>Pixels; the default is 224. 0, with <see cref="ImageResizeMode.None"/> and <see cref="ImageResizeMode.ShorterSide"/>: whatever height the image gets.</value>
    [Range(0, 65_535)]
    public int Height { get; set; } = 224;

    /// <summary>Gets or sets what the shorter side is resized to, with <see cref="ImageResizeMode.ShorterSide"/>.</summary>
    /// <value>Pixels; the default is 256.</value>
    [Range(1, 65_535)]
    public int ShorterSide { get; set; } = 256;

    /// <summary>Gets or sets the width that the image is resized to before the crop, with <see cref="ImageResizeMode.Exact"/>.</summary>
    /// <value>Pixels; 0, the default: <see cref="Width"/>.</value>
    [Range(0, 65_535)]
    public int ResizeWidth { get; set; }

    /// <summary>Gets or sets the height that the image is resized to before the crop, with <see cref="ImageResizeMode.Exact"/>.</summary>
    /// <value>Pixels; 0, the default: <see cref="Height"/>.</value>
    [Range(0, 65_535)]
    public int ResizeHeight { get; set; }

    /// <summary>Gets or sets how pixels are weighed when resizing.</summary>
    /// <value>The default is <see cref="ResizeFilter.Bilinear"/>.</value>
    public ResizeFilter Filter { get; set; } = ResizeFilter.Bilinear;

    /// <summary>Gets or sets where a centre crop starts when an odd number of pixels is left over.</summary>
    /// <value>The default is <see cref="CropRounding.HalfToEven"/>.</value>
    public CropRounding CropRounding { get; set; }

    /// <summary>Gets or sets where a letterboxed image lies.</summary>
    /// <value>The default is <see cref="LetterboxStyle.Centered"/>.</value>
    public LetterboxStyle LetterboxStyle { get; set; }

    /// <summary>Gets or sets a value indicating whether a letterboxed image smaller than the tensor is enlarged.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool LetterboxUpscale { get; set; } = true;

    /// <summary>Gets or sets the multiple to which a letterbox is filled, instead of to the full <see cref="Width"/> and <see cref="Height"/>.</summary>
    /// <value>Pixels, usually the model's stride, 32; 0, the default: the full size. Only for models whose height and width may vary.</value>
    [Range(0, 1024)]
    public int LetterboxStride { get; set; }

    /// <summary>Gets or sets the grey beside a letterboxed image.</summary>
    /// <value>0 to 255; the default is 114.</value>
    public byte LetterboxFill { get; set; } = 114;

    /// <summary>Gets or sets what pixels are multiplied with.</summary>
    /// <value>The default is 1/255, which takes 0 to 255 to 0 to 1; the results are those of a float32 division by 255.</value>
    [Range(1e-12, 1e12)]
    public double Scale { get; set; } = 1.0 / 255.0;

    /// <summary>Gets or sets what is subtracted from scaled pixels.</summary>
    /// <value>The default is ImageNet's mean, 0.485, 0.456, 0.406.</value>
    public ChannelValues Mean { get; set; } = new(0.485f, 0.456f, 0.406f);

    /// <summary>Gets or sets what the difference is divided by.</summary>
    /// <value>Not 0. The default is ImageNet's standard deviation, 0.229, 0.224, 0.225.</value>
    public ChannelValues StandardDeviation { get; set; } = new(0.229f, 0.224f, 0.225f);

    /// <summary>Gets or sets the order of the channels. <see cref="Mean"/> and <see cref="StandardDeviation"/> always name their colours.</summary>
    /// <value>The default is <see cref="ChannelOrder.Rgb"/>.</value>
    public ChannelOrder ChannelOrder { get; set; }

    /// <summary>Gets or sets the order of the axes.</summary>
    /// <value>The default is <see cref="TensorLayout.Nchw"/>.</value>
    public TensorLayout Layout { get; set; }

    /// <summary>Gets or sets the type of the elements.</summary>
    /// <value>The default is <see cref="ImageElementType.Float32"/>.</value>
    public ImageElementType ElementType { get; set; }

    internal ImagePreprocessingOptions Clone() => (ImagePreprocessingOptions)MemberwiseClone();
}

using Microsoft.Extensions.Options;
using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Processing;

namespace ServerlessInference.Vision;

/// <summary>
/// Settings for a pipeline from images to answers of your own (<see cref="VisionModelBuilderExtensions.UseImagePipeline"/>).
/// </summary>
public sealed class ImagePipelineOptions
{
    /// <summary>Gets or sets the settings for turning images into tensors.</summary>
    /// <value>
    /// The default, <see langword="null"/>, uses the first of these that applies: <c>preprocessor_config.json</c> or
    /// <c>processor_config.json</c> next to the model; Ultralytics' settings, if the metadata states a <c>task</c> (the letterbox, or for
    /// <c>task: classify</c> the classifier's); the settings of timm, Lobe or Azure Custom Vision, if one of these exported the model;
    /// torchvision's settings for ImageNet, in the size that the model declares. Layout, channels and element type always follow the input
    /// of the model.
    /// </value>
    [ValidateObjectMembers]
    public ImagePreprocessingOptions? Preprocessing { get; set; }

    /// <summary>Gets the settings and limits for decoding images.</summary>
    [ValidateObjectMembers]
    public ImageDecodeOptions Decoding { get; } = new();
}

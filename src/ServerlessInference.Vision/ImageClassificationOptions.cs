using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Processing;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;

namespace ServerlessInference.Vision;

/// <summary>Settings for image classification.</summary>
public sealed class ImageClassificationOptions
{
    /// <summary>Gets or sets the maximum number of labels in an answer.</summary>
    /// <value>1 to 100,000. The default is 5.</value>
    [Range(1, 100_000)]
    public int TopK { get; set; } = 5;

    /// <summary>Gets or sets the lowest score with which a label is included in an answer.</summary>
    /// <value>0 to 1. The default is 0.</value>
    [Range(0.0, 1.0)]
    public float MinScore { get; set; }

    /// <summary>Gets or sets the function that converts the outputs of the model to scores.</summary>
    /// <value>The default is <see cref="ScoreFunction.Auto"/>.</value>
    public ScoreFunction Scores { get; set; }

    /// <summary>Gets or sets the name of the output that contains the class scores, if several outputs of the model may.</summary>
    /// <value>An output name. The default, <see langword="null"/>, chooses by labels, names and shapes.</value>
    public string? Output { get; set; }

    /// <summary>Gets or sets the name of the file next to the model that lists the class names.</summary>
    /// <value>
    /// A file name such as <c>labels.txt</c>. The default, <see langword="null"/>, searches the places listed in
    /// <see cref="ModelLabels"/>.
    /// </value>
    public string? LabelsFile { get; set; }

    /// <summary>Gets or sets the settings for turning images into tensors.</summary>
    /// <value>
    /// The default, <see langword="null"/>, uses the first of these that applies: <c>preprocessor_config.json</c> or
    /// <c>processor_config.json</c> next to the model; Ultralytics' settings, if the metadata states <c>task: classify</c>; the settings of
    /// timm, Lobe or Azure Custom Vision, if one of these exported the model; torchvision's settings for ImageNet, in the size that the
    /// model declares. Layout, channels and element type always follow the input of the model.
    /// </value>
    [ValidateObjectMembers]
    public ImagePreprocessingOptions? Preprocessing { get; set; }

    /// <summary>Gets the settings and limits for decoding images.</summary>
    [ValidateObjectMembers]
    public ImageDecodeOptions Decoding { get; } = new();
}

using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using ServerlessInference.Vision.Imaging;

namespace ServerlessInference.Vision.Classification;

/// <summary>How images are classified.</summary>
public sealed class ImageClassificationOptions
{
    /// <summary>Gets or sets how many labels are answered at most.</summary>
    /// <value>1 to 100,000. The default is 5.</value>
    [Range(1, 100_000)]
    public int TopK { get; set; } = 5;

    /// <summary>Gets or sets the lowest score a label may have and still be answered.</summary>
    /// <value>0 to 1. The default is 0.</value>
    [Range(0.0, 1.0)]
    public float MinScore { get; set; }

    /// <summary>Gets or sets what makes scores of the model's outputs.</summary>
    /// <value>The default is <see cref="ScoreFunction.Auto"/>.</value>
    public ScoreFunction Scores { get; set; }

    /// <summary>Gets or sets the file beside the model that names the classes.</summary>
    /// <value>A name such as <c>labels.txt</c>; <see langword="null"/>, the default, looks in the usual places (<see cref="Models.ModelLabels"/>).</value>
    public string? LabelsFile { get; set; }

    /// <summary>Gets or sets how images become tensors.</summary>
    /// <value>
    /// <see langword="null"/>, the default, takes <c>preprocessor_config.json</c> beside the model, else Ultralytics' settings where the metadata says
    /// <c>task: classify</c>, else torchvision's settings for ImageNet, in the size that the model declares. Layout and element type always follow the model's input.
    /// </value>
    [ValidateObjectMembers]
    public ImagePreprocessingOptions? Preprocessing { get; set; }

    /// <summary>Gets how images are decoded, and how large they may be.</summary>
    [ValidateObjectMembers]
    public ImageDecodeOptions Decoding { get; } = new();
}

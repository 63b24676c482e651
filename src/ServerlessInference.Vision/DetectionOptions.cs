using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Processing;
using ServerlessInference.Sessions;

namespace ServerlessInference.Vision;

/// <summary>Settings for object detection. The defaults are those of the tool that the model comes from.</summary>
/// <example>
/// <code>
/// model.UseObjectDetection(options =>
/// {
///     options.MinScore = 0.4f;
///     options.MaxDetections = 100;
/// });
/// </code>
/// </example>
public sealed class DetectionOptions
{
    /// <summary>Gets or sets the format in which the model outputs its boxes.</summary>
    /// <value>The default is <see cref="DetectionHead.Auto"/>.</value>
    public DetectionHead Head { get; set; }

    /// <summary>Gets or sets the name of the output that contains the boxes, if several outputs of the model match.</summary>
    /// <value>An output name. The default, <see langword="null"/>, finds the output automatically.</value>
    public string? Output { get; set; }

    /// <summary>Gets or sets the score that an object must exceed to be included in the answer.</summary>
    /// <value>0 to 1. The default, <see langword="null"/>, uses the default of the head (<see cref="DetectionHead"/>).</value>
    [Range(0.0, 1.0)]
    public float? MinScore { get; set; }

    /// <summary>Gets or sets the overlap of two boxes of a class above which the box with the lower score is suppressed.</summary>
    /// <value>
    /// Intersection over union, 0 to 1. The default, <see langword="null"/>, uses the default of the head (<see cref="DetectionHead"/>).
    /// Has no effect on end-to-end models, whose boxes are never suppressed.
    /// </value>
    [Range(0.0, 1.0)]
    public float? IouThreshold { get; set; }

    /// <summary>Gets or sets a value indicating whether boxes of different classes suppress each other too.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool ClassAgnostic { get; set; }

    /// <summary>Gets or sets the maximum number of objects in an answer. Those with the highest scores are kept.</summary>
    /// <value>1 to 30,000. The default is 300.</value>
    [Range(1, 30_000)]
    public int MaxDetections { get; set; } = 300;

    /// <summary>
    /// Gets or sets the maximum number of boxes above <see cref="MinScore"/> that are considered for suppression. Those with the highest
    /// scores are considered.
    /// </summary>
    /// <value>1 to 1,000,000. The default is 30,000.</value>
    [Range(1, 1_000_000)]
    public int MaxCandidates { get; set; } = 30_000;

    /// <summary>Gets or sets the name of the file next to the model that lists the class names.</summary>
    /// <value>
    /// A file name such as <c>coco.names</c>. The default, <see langword="null"/>, searches the places listed in
    /// <see cref="ModelLabels"/>.
    /// </value>
    public string? LabelsFile { get; set; }

    /// <summary>
    /// Gets or sets a value indicating whether each image is padded only to the next multiple of the model's stride, which gives a
    /// rectangle, instead of to the full square.
    /// </summary>
    /// <value>
    /// The default is <see langword="false"/>. Has an effect only if the input height and width of the model are dynamic; otherwise
    /// images are always padded to the full size. <c>yolo predict</c> does the same for one image and a dynamic export. Images are then
    /// run one at a time.
    /// </value>
    public bool RectangularInput { get; set; }

    /// <summary>Gets or sets the settings for turning images into tensors.</summary>
    /// <value>
    /// The default, <see langword="null"/>, uses the letterbox of the head (<see cref="ImagePreprocessingPresets.Ultralytics"/> or
    /// <see cref="ImagePreprocessingPresets.Yolox"/>) in the size that the model declares, or else <c>imgsz</c> from the metadata, or
    /// else 640. Layout and element type always follow the input of the model.
    /// </value>
    [ValidateObjectMembers]
    public ImagePreprocessingOptions? Preprocessing { get; set; }

    /// <summary>Gets the settings and limits for decoding images.</summary>
    [ValidateObjectMembers]
    public ImageDecodeOptions Decoding { get; } = new();
}

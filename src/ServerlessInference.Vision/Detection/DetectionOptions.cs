using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using ServerlessInference.Vision.Imaging;

namespace ServerlessInference.Vision.Detection;

/// <summary>How objects are detected. The defaults are those of the tool that the model comes from.</summary>
public sealed class DetectionOptions
{
    /// <summary>Gets or sets how the model writes its boxes.</summary>
    /// <value>The default is <see cref="DetectionHead.Auto"/>.</value>
    public DetectionHead Head { get; set; }

    /// <summary>Gets or sets the output that holds the boxes, where a model has several that could.</summary>
    /// <value>A name; <see langword="null"/>, the default, finds it.</value>
    public string? Output { get; set; }

    /// <summary>Gets or sets what a score must be above for its object to be answered.</summary>
    /// <value>0 to 1. <see langword="null"/>, the default: what the head's own tool uses (<see cref="DetectionHead"/>).</value>
    [Range(0.0, 1.0)]
    public float? MinScore { get; set; }

    /// <summary>Gets or sets how much two boxes of a class may overlap without the one of the lower score being dropped.</summary>
    /// <value>
    /// Intersection over union, 0 to 1. <see langword="null"/>, the default: what the head's own tool uses (<see cref="DetectionHead"/>);
    /// nothing is dropped from end-to-end models.
    /// </value>
    [Range(0.0, 1.0)]
    public float? IouThreshold { get; set; }

    /// <summary>Gets or sets a value indicating whether boxes of different classes are suppressed too.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool ClassAgnostic { get; set; }

    /// <summary>Gets or sets how many objects are answered at most, those of the highest scores.</summary>
    /// <value>1 to 30,000. The default is 300.</value>
    [Range(1, 30_000)]
    public int MaxDetections { get; set; } = 300;

    /// <summary>Gets or sets how many boxes above <see cref="MinScore"/> are looked at, those of the highest scores.</summary>
    /// <value>1 to 1,000,000. The default is 30,000.</value>
    [Range(1, 1_000_000)]
    public int MaxCandidates { get; set; } = 30_000;

    /// <summary>Gets or sets the file beside the model that names the classes.</summary>
    /// <value>A name such as <c>coco.names</c>; <see langword="null"/>, the default, looks in the usual places (<see cref="Models.ModelLabels"/>).</value>
    public string? LabelsFile { get; set; }

    /// <summary>Gets or sets a value indicating whether images become the smallest rectangle of whole strides instead of a full square.</summary>
    /// <value>
    /// The default is <see langword="false"/>. Only for models whose height and width may vary; others are always filled. It is what
    /// <c>yolo predict</c> does with one image and a dynamic export; images then run one at a time.
    /// </value>
    public bool Rectangles { get; set; }

    /// <summary>Gets or sets how images become tensors.</summary>
    /// <value>
    /// <see langword="null"/>, the default: the head's own letterbox (<see cref="ImagePreprocessingPresets.Ultralytics"/> or
    /// <see cref="ImagePreprocessingPresets.Yolox"/>) in the size that the model declares, else the metadata's <c>imgsz</c>, else 640.
    /// Layout and element type always follow the model's input.
    /// </value>
    [ValidateObjectMembers]
    public ImagePreprocessingOptions? Preprocessing { get; set; }

    /// <summary>Gets how images are decoded, and how large they may be.</summary>
    [ValidateObjectMembers]
    public ImageDecodeOptions Decoding { get; } = new();
}

using System.ComponentModel.DataAnnotations;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;

namespace ServerlessInference.Text;

/// <summary>Options of text classification.</summary>
public sealed class TextClassificationOptions
{
    /// <summary>Gets or sets the maximum number of labels to return.</summary>
    /// <value>1 to 100,000. The default is 5.</value>
    [Range(1, 100_000)]
    public int TopK { get; set; } = 5;

    /// <summary>Gets or sets the minimum score of a returned label.</summary>
    /// <value>The default, <see langword="null"/>, returns every label within <see cref="TopK"/>.</value>
    public float? MinScore { get; set; }

    /// <summary>Gets or sets how the model's outputs become scores.</summary>
    /// <value>The default is <see cref="ScoreFunction.Auto"/>.</value>
    public ScoreFunction Scores { get; set; }

    /// <summary>Gets or sets the name of the output that contains the class scores, if several outputs of the model may.</summary>
    /// <value>An output name; <see langword="null"/>, the default, chooses by labels, names and shapes.</value>
    public string? Output { get; set; }

    /// <summary>Gets or sets the file next to the model that names the classes.</summary>
    /// <value>A name such as <c>labels.txt</c>; <see langword="null"/>, the default, looks in the usual places
    /// (<see cref="ModelLabels"/>), <c>config.json</c> with <c>id2label</c> among them.</value>
    public string? LabelsFile { get; set; }

    /// <summary>Gets or sets the maximum number of tokens to read, special tokens included.</summary>
    /// <value>3 to 1,000,000; the default, <see langword="null"/>, is the maximum of the model.</value>
    [Range(3, 1_000_000)]
    public int? MaxLength { get; set; }

    /// <summary>Gets or sets a value indicating whether a longer text is truncated; otherwise it is rejected.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool Truncate { get; set; } = true;
}

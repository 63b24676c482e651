using System.ComponentModel.DataAnnotations;

namespace ServerlessInference.Text;

/// <summary>Options of text embeddings.</summary>
public sealed class TextEmbeddingOptions
{
    /// <summary>Gets or sets how the vectors of the tokens are combined into one.</summary>
    /// <value>The default is <see cref="TextPooling.Auto"/>.</value>
    public TextPooling Pooling { get; set; }

    /// <summary>Gets or sets a value indicating whether vectors are scaled to length 1.</summary>
    /// <value>The default, <see langword="null"/>, follows sentence-transformers' <c>modules.json</c> next to the model, and
    /// scales if there is no such file.</value>
    public bool? Normalize { get; set; }

    /// <summary>Gets or sets the output to read.</summary>
    /// <value>The name of an output. The default, <see langword="null"/>, is <c>sentence_embedding</c>, or else the output that contains
    /// vectors by its name and shape.</value>
    public string? Output { get; set; }

    /// <summary>Gets or sets the maximum number of tokens to read, special tokens included.</summary>
    /// <value>3 to 1,000,000; the default, <see langword="null"/>, is <c>max_seq_length</c> of
    /// <c>sentence_bert_config.json</c>, or else the maximum of the model.</value>
    [Range(3, 1_000_000)]
    public int? MaxLength { get; set; }

    /// <summary>Gets or sets a value indicating whether a longer text is truncated; otherwise it is rejected.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool Truncate { get; set; } = true;
}

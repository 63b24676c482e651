using System.ComponentModel.DataAnnotations;

namespace ServerlessInference.Text.Embeddings;

/// <summary>How texts become vectors.</summary>
public sealed class TextEmbeddingOptions
{
    /// <summary>Gets or sets how the tokens' vectors become one.</summary>
    /// <value>The default is <see cref="TextPooling.Auto"/>.</value>
    public TextPooling Pooling { get; set; }

    /// <summary>Gets or sets a value indicating whether vectors are scaled to length 1.</summary>
    /// <value>The default, <see langword="null"/>, does what sentence-transformers' <c>modules.json</c> beside the model says, and
    /// scales where there is none.</value>
    public bool? Normalize { get; set; }

    /// <summary>Gets or sets the output to read.</summary>
    /// <value>A name; <see langword="null"/>, the default, takes <c>sentence_embedding</c>, else the first float tensor
    /// <c>[n, length, size]</c>.</value>
    public string? Output { get; set; }

    /// <summary>Gets or sets the most tokens that are read, special tokens included.</summary>
    /// <value>3 to 1,000,000; the default, <see langword="null"/>, is <c>max_seq_length</c> of <c>sentence_bert_config.json</c>, else
    /// what the model takes.</value>
    [Range(3, 1_000_000)]
    public int? MaxLength { get; set; }

    /// <summary>Gets or sets a value indicating whether a longer text is cut off; else it is refused.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool Truncate { get; set; } = true;
}

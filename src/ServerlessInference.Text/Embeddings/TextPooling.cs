namespace ServerlessInference.Text.Embeddings;

/// <summary>How a vector for a text is made of the vectors of its tokens.</summary>
public enum TextPooling
{
    /// <summary>As sentence-transformers' <c>1_Pooling/config.json</c> beside the model says, else <see cref="Mean"/>. The
    /// default.</summary>
    Auto,

    /// <summary>The mean over all tokens that are no padding.</summary>
    Mean,

    /// <summary>The first token's vector (<c>[CLS]</c>).</summary>
    Class,

    /// <summary>The largest value of each component over all tokens that are no padding.</summary>
    Max,
}

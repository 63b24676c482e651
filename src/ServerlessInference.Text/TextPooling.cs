namespace ServerlessInference.Text;

/// <summary>How the vectors of the tokens are combined into one vector for the text.</summary>
public enum TextPooling
{
    /// <summary>As sentence-transformers' <c>1_Pooling/config.json</c> next to the model says, or else <see cref="Mean"/>. The
    /// default.</summary>
    Auto,

    /// <summary>The mean over all tokens except padding.</summary>
    Mean,

    /// <summary>The vector of the first token (<c>[CLS]</c>).</summary>
    Class,

    /// <summary>The maximum of each component over all tokens except padding.</summary>
    Max,
}

namespace ServerlessInference.Text;

/// <summary>How the vectors of the tokens are combined into one vector for the text.</summary>
public enum TextPooling
{
    /// <summary>As the Pooling module of sentence-transformers next to the model says, or else <see cref="Mean"/>. The default.</summary>
    Auto,

    /// <summary>The mean over all tokens except padding.</summary>
    Mean,

    /// <summary>The vector of the first token (<c>[CLS]</c>).</summary>
    Class,

    /// <summary>The maximum of each component over all tokens except padding.</summary>
    Max,

    /// <summary>The sum over all tokens except padding, divided by the square root of their number.</summary>
    MeanSquareRoot,

    /// <summary>The mean over all tokens except padding, in which the first token has the weight 1, the second 2, and so on.</summary>
    WeightedMean,

    /// <summary>The vector of the last token except padding.</summary>
    LastToken,
}

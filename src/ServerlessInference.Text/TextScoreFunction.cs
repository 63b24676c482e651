namespace ServerlessInference.Text;

/// <summary>What makes scores of a text classifier's outputs.</summary>
public enum TextScoreFunction
{
    /// <summary>Sigmoid where <c>config.json</c> says <c>"problem_type": "multi_label_classification"</c> or there is one output
    /// only, else softmax. The default, as in Hugging Face's <c>text-classification</c> pipeline.</summary>
    Auto,

    /// <summary>Softmax: one label is right, and the scores add up to 1.</summary>
    Softmax,

    /// <summary>Sigmoid: any number of labels is right, and each score stands alone.</summary>
    Sigmoid,

    /// <summary>The outputs as they are: scores already, or numbers of a regression.</summary>
    None,
}

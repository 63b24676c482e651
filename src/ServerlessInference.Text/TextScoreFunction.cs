namespace ServerlessInference.Text;

/// <summary>The function that converts the outputs of a text classifier to scores.</summary>
public enum TextScoreFunction
{
    /// <summary>
    /// The <c>problem_type</c> of <c>config.json</c> decides: <see cref="Sigmoid"/> for <c>multi_label_classification</c>,
    /// <see cref="Softmax"/> for <c>single_label_classification</c>, <see cref="None"/> for <c>regression</c>. Without it,
    /// <see cref="Sigmoid"/> for one output and <see cref="Softmax"/> for several. The default.
    /// </summary>
    Auto,

    /// <summary>Softmax, for models in which exactly one label is correct. The scores add up to 1.</summary>
    Softmax,

    /// <summary>Sigmoid, for models in which any number of labels may be correct. The scores are independent of each other.</summary>
    Sigmoid,

    /// <summary>The unchanged outputs, for models whose outputs already are scores or the numbers of a regression.</summary>
    None,
}

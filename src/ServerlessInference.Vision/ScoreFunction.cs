namespace ServerlessInference.Vision;

/// <summary>The function that converts the outputs of a model to scores.</summary>
public enum ScoreFunction
{
    /// <summary>
    /// <see cref="None"/> if Ultralytics' metadata states <c>task: classify</c>; <see cref="Sigmoid"/> if <c>config.json</c> states
    /// <c>"problem_type": "multi_label_classification"</c>; otherwise <see cref="Softmax"/>. The default.
    /// </summary>
    Auto,

    /// <summary>Softmax, for models in which exactly one label is correct. The scores add up to 1.</summary>
    Softmax,

    /// <summary>Sigmoid, for models in which any number of labels may be correct. The scores are independent of each other.</summary>
    Sigmoid,

    /// <summary>The outputs of the model already are scores.</summary>
    None,
}

namespace ServerlessInference.Pipelines;

/// <summary>The function that converts the outputs of a classifier to scores.</summary>
public enum ScoreFunction
{
    /// <summary>
    /// The first of these that says something decides: the graph (the outputs of a model that ends in a softmax or a sigmoid are scores
    /// already); Ultralytics' metadata (<c>task: classify</c>); the activation, the <c>problem_type</c> or the single label that
    /// <c>config.json</c> states; the first outputs, if the graph cannot be read. Otherwise <see cref="Sigmoid"/> for a model with one
    /// output and <see cref="Softmax"/> for one with several. The default.
    /// </summary>
    Auto,

    /// <summary>Softmax, for models in which exactly one label is correct. The scores add up to 1.</summary>
    Softmax,

    /// <summary>Sigmoid, for models in which any number of labels may be correct. The scores are independent of each other.</summary>
    Sigmoid,

    /// <summary>The unchanged outputs, for models whose outputs already are scores or the numbers of a regression.</summary>
    None,
}

namespace ServerlessInference.Vision.Classification;

/// <summary>What makes scores of a model's outputs.</summary>
public enum ScoreFunction
{
    /// <summary>
    /// None where Ultralytics' metadata says <c>task: classify</c>; sigmoid where <c>config.json</c> says
    /// <c>"problem_type": "multi_label_classification"</c>; else softmax. The default.
    /// </summary>
    Auto,

    /// <summary>Softmax: one label is right, and the scores add up to 1.</summary>
    Softmax,

    /// <summary>Sigmoid: any number of labels is right, and each score stands alone.</summary>
    Sigmoid,

    /// <summary>The outputs are scores already.</summary>
    None,
}

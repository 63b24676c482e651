namespace ServerlessInference.Models.Graphs;

/// <summary>The function that a model's graph applies last to an output.</summary>
internal enum OutputActivation
{
    /// <summary>The graph cannot be read: the model is not an <c>.onnx</c> file, or the output is not one of its values.</summary>
    Unknown,

    /// <summary>The output has not passed through an activation: its values are logits, or something else than scores.</summary>
    None,

    /// <summary>The output's values are probabilities of exclusive classes, which add up to 1.</summary>
    Softmax,

    /// <summary>The output's values are the logarithms of a softmax.</summary>
    LogSoftmax,

    /// <summary>The output's values are independent probabilities.</summary>
    Sigmoid,

    /// <summary>The output's values are the pooled features of a backbone, without the layer that turns them into classes.</summary>
    Pooled,
}

namespace ServerlessInference.Tensors;

/// <summary>The kind of value that an input or output of a model is.</summary>
public enum ValueKind
{
    /// <summary>A dense tensor.</summary>
    Tensor,

    /// <summary>A sequence.</summary>
    Sequence,

    /// <summary>A map.</summary>
    Map,

    /// <summary>A sparse tensor or an optional value. Neither is supported.</summary>
    Other,
}

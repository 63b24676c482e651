namespace ServerlessInference.Tensors;

/// <summary>What kind of value a model's input or output is.</summary>
public enum ValueKind
{
    /// <summary>A dense tensor.</summary>
    Tensor,

    /// <summary>A sequence.</summary>
    Sequence,

    /// <summary>A map.</summary>
    Map,

    /// <summary>Something else: a sparse tensor or an optional value, which are not supported.</summary>
    Other,
}

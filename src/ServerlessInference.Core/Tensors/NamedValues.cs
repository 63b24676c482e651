namespace ServerlessInference.Tensors;

/// <summary>Values by the names of a model's inputs or outputs.</summary>
/// <remarks>Not thread-safe while it is being filled.</remarks>
public sealed class NamedValues : Dictionary<string, InferenceValue>
{
    /// <summary>Creates an empty collection.</summary>
    public NamedValues()
        : base(StringComparer.Ordinal)
    {
    }

    /// <summary>Gets a value that must be a tensor.</summary>
    /// <param name="name">The input's or output's name.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="ModelContractException">There is no such value, or it is a sequence or a map.</exception>
    public TensorValue Tensor(string name) => this.GetValueOrDefault(name) switch
    {
        TensorValue tensor => tensor,
        null => throw new ModelContractException($"There is no value '{name}'; there are {string.Join(", ", Keys.Select(key => $"'{key}'"))}."),
        InferenceValue other => throw new ModelContractException($"The value '{name}' is a {(other is MapValue ? "map" : "sequence")}, not a tensor."),
    };
}

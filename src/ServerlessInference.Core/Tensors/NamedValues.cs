namespace ServerlessInference.Tensors;

/// <summary>Values by the names of a model's inputs or outputs.</summary>
/// <remarks>
/// Every model accepts and returns named values, whether or not it has a pipeline. Not thread-safe while it is being filled.
/// </remarks>
/// <example>
/// <code>
/// var model = provider.GetRequiredKeyedService&lt;IInferencePipeline&lt;NamedValues, NamedValues&gt;&gt;("iris");
/// var inputs = new NamedValues { ["X"] = TensorValue.Create([5.1f, 3.5f, 1.4f, 0.2f], 1, 4) };
/// InferenceResult&lt;NamedValues&gt; result = await model.RunAsync(inputs);
/// long label = result.Value.Tensor("label").Elements&lt;long&gt;()[0];
/// </code>
/// </example>
public sealed class NamedValues : Dictionary<string, InferenceValue>
{
    /// <summary>Creates an empty collection.</summary>
    public NamedValues()
        : base(StringComparer.Ordinal)
    {
    }

    /// <summary>Gets a value that must be a tensor.</summary>
    /// <param name="name">The name of the input or output.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="ModelContractException">There is no such value, or it is a sequence or a map.</exception>
    public TensorValue Tensor(string name) => this.GetValueOrDefault(name) switch
    {
        TensorValue tensor => tensor,
        null => throw new ModelContractException($"There is no value '{name}'; there are " +
            $"{string.Join(", ", Keys.Select(key => $"'{key}'"))}."),
        InferenceValue other => throw new ModelContractException(
            $"The value '{name}' is a {(other is MapValue ? "map" : "sequence")}, not a tensor."),
    };
}

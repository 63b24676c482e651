using ServerlessInference.Tensors;

namespace ServerlessInference.Sessions;

/// <summary>The inputs, outputs and metadata that a model declares.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed class ModelDescription
{
    /// <summary>Creates a description.</summary>
    /// <param name="inputs">The inputs, in the model's order.</param>
    /// <param name="outputs">The outputs, in the model's order.</param>
    /// <param name="metadata">The custom metadata that the exporter wrote; <see langword="null"/> for none.</param>
    /// <param name="producer">The program that wrote the model; may be empty.</param>
    public ModelDescription(
        IReadOnlyList<ValueDescription> inputs,
        IReadOnlyList<ValueDescription> outputs,
        IReadOnlyDictionary<string, string>? metadata = null,
        string producer = "")
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        Inputs = inputs;
        Outputs = outputs;
        Metadata = metadata ?? new Dictionary<string, string>();
        Producer = producer;
    }

    /// <summary>Gets the inputs, in the model's order.</summary>
    public IReadOnlyList<ValueDescription> Inputs { get; }

    /// <summary>Gets the outputs, in the model's order.</summary>
    public IReadOnlyList<ValueDescription> Outputs { get; }

    /// <summary>Gets the custom metadata that the exporter wrote, such as <c>names</c> and <c>imgsz</c> of Ultralytics.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Gets the program that wrote the model; may be empty.</summary>
    public string Producer { get; }

    /// <summary>Finds an input by its name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The index; -1 if there is none.</returns>
    public int IndexOfInput(string name) => IndexOf(Inputs, name);

    /// <summary>Finds an output by its name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The index; -1 if there is none.</returns>
    public int IndexOfOutput(string name) => IndexOf(Outputs, name);

    private static int IndexOf(IReadOnlyList<ValueDescription> values, string name)
    {
        for (int i = 0; i < values.Count; i++)
        {
            if (values[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }
}

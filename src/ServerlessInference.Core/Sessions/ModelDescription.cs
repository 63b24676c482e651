using ServerlessInference.Tensors;

namespace ServerlessInference.Sessions;

/// <summary>What a loaded model says of itself: its inputs, its outputs, its metadata.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed class ModelDescription
{
    /// <summary>Creates a description.</summary>
    /// <param name="inputs">The inputs, in the model's order.</param>
    /// <param name="outputs">The outputs, in the model's order.</param>
    /// <param name="metadata">The custom metadata that the exporter wrote.</param>
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

    /// <summary>Gets the custom metadata that the exporter wrote, such as Ultralytics' <c>names</c> and <c>imgsz</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Gets the program that wrote the model; may be empty.</summary>
    public string Producer { get; }

    /// <summary>Looks for an input.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Its index, or -1.</returns>
    public int IndexOfInput(string name) => IndexOf(Inputs, name);

    /// <summary>Looks for an output.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Its index, or -1.</returns>
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

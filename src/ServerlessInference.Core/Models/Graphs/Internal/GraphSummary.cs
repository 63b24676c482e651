namespace ServerlessInference.Models.Graphs;

/// <summary>What the graph of a model says about its outputs. It is small enough for the record of a prepared model.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
/// <param name="activations">The activation of each output, by its name.</param>
/// <param name="hasDynamicQuantization">Whether the model quantizes activations by their range at run time.</param>
internal sealed class GraphSummary(IReadOnlyDictionary<string, OutputActivation> activations, bool hasDynamicQuantization)
{
    /// <summary>Gets the summary of a model whose graph cannot be read.</summary>
    public static GraphSummary Unknown { get; } = new(new Dictionary<string, OutputActivation>(), false);

    /// <inheritdoc cref="ModelGraph.HasDynamicQuantization"/>
    public bool HasDynamicQuantization => hasDynamicQuantization;

    /// <summary>Gets the activation of each output whose operator was found.</summary>
    public IReadOnlyDictionary<string, OutputActivation> Activations => activations;

    /// <summary>Gets the activation of an output.</summary>
    /// <param name="output">The name of the output.</param>
    public OutputActivation GetActivation(string output) => activations.GetValueOrDefault(output, OutputActivation.Unknown);
}

namespace ServerlessInference.Models.Graphs;

/// <summary>What the graph of a model says about its outputs. It is small enough for the record of a prepared model.</summary>
/// <remarks>
/// Immutable and thread-safe. An array, because a dictionary with an enumeration would have to be compiled at every cold start.
/// </remarks>
/// <param name="outputs">The outputs.</param>
/// <param name="hasDynamicQuantization">Whether the model quantizes activations by their range at run time.</param>
internal sealed class GraphSummary(OutputSummary[] outputs, bool hasDynamicQuantization)
{
    /// <summary>Gets the summary of a model whose graph cannot be read.</summary>
    public static GraphSummary Unknown { get; } = new([], false);

    /// <inheritdoc cref="ModelGraph.HasDynamicQuantization"/>
    public bool HasDynamicQuantization => hasDynamicQuantization;

    /// <inheritdoc cref="ClassicalAttributes.ClassNames"/>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <inheritdoc cref="ClassicalAttributes.DropsOtherLetters"/>
    public bool DropsOtherLetters { get; init; }

    /// <summary>Gets the outputs.</summary>
    public ReadOnlySpan<OutputSummary> Outputs => outputs;

    /// <summary>Gets the activation of an output.</summary>
    /// <param name="output">The name of the output.</param>
    public OutputActivation GetActivation(string output)
    {
        foreach (OutputSummary summary in outputs)
        {
            if (summary.Name == output)
            {
                return summary.Activation;
            }
        }

        return OutputActivation.Unknown;
    }
}

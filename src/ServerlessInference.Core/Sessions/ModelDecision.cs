namespace ServerlessInference.Sessions;

/// <summary>Something that was decided about a model when it was loaded, and what it follows from.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
/// <param name="Subject">What was decided: <c>task</c>, <c>output</c>, <c>scores</c>, <c>labels</c>, <c>preprocessing</c>.</param>
/// <param name="Value">The decision.</param>
/// <param name="Origin">What it follows from: an option, a file next to the model, the graph, or a default.</param>
/// <param name="NeedsAttention">
/// Whether the model states nothing about it although answers suffer from a wrong assumption. It is logged as a warning.
/// </param>
public sealed record ModelDecision(string Subject, string Value, string Origin, bool NeedsAttention = false)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Subject} {Value} ({Origin})";
}

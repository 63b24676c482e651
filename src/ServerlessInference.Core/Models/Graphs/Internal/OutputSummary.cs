namespace ServerlessInference.Models.Graphs;

/// <summary>What the graph of a model says about one output.</summary>
/// <param name="Name">The name of the output.</param>
/// <param name="Activation">The function that the graph applies to it last.</param>
internal sealed record OutputSummary(string Name, OutputActivation Activation);

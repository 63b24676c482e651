namespace ServerlessInference.Pipelines;

/// <summary>A model that runs before a pipeline's own: its outputs become the next model's inputs.</summary>
/// <param name="Model">The name under which it is registered.</param>
/// <param name="Outputs">Which output fills which input of the next model; an output that is not named fills the input of its own name.</param>
public sealed record PipelineStage(string Model, IReadOnlyDictionary<string, string>? Outputs = null);

namespace ServerlessInference.Pipelines;

/// <summary>A model that runs before the model of a pipeline: its outputs become the inputs of the next model.</summary>
/// <param name="Model">The name under which the model is registered.</param>
/// <param name="Outputs">
/// The input of the next model that an output becomes, by the name of the output. An output that is not listed becomes the input of the
/// same name.
/// </param>
public sealed record PipelineStage(string Model, IReadOnlyDictionary<string, string>? Outputs = null);

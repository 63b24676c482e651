namespace ServerlessInference.Models.Graphs;

/// <summary>One operator of a <see cref="ModelGraph"/>, with the names of the values that it reads and writes.</summary>
/// <param name="Operator">Its type: <c>Softmax</c>, <c>Conv</c>. Types of other domains than ONNX's own are not marked.</param>
/// <param name="Inputs">The names of its inputs; an optional input that is left out is empty.</param>
/// <param name="Outputs">The names of its outputs.</param>
/// <remarks>Immutable and thread-safe.</remarks>
internal sealed record GraphNode(string Operator, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs);

namespace ServerlessInference.Pipelines;

/// <summary>A function for the scores of a model, and what it follows from.</summary>
/// <remarks>A class, because a tuple with an enumeration would have to be compiled at every cold start.</remarks>
internal sealed record ScoreStatement(ScoreFunction Function, string Origin);

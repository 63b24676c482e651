namespace ServerlessInference.Pipelines;

/// <summary>A label with the score that a model gives it.</summary>
/// <param name="Index">The label's index in the model's output.</param>
/// <param name="Label">The label; the index as text where the model has no labels.</param>
/// <param name="Score">The score: a probability, 0 to 1, unless the pipeline says otherwise.</param>
public readonly record struct LabelScore(int Index, string Label, float Score);

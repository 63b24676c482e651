namespace ServerlessInference.Pipelines;

/// <summary>What a classical classifier says of one row: a label, and the probabilities of all.</summary>
/// <param name="Label">The label that the model chose; numbers are written as text.</param>
/// <param name="Probabilities">The probability of each label, in the model's order; empty where the model gives none.</param>
public sealed record LabelPrediction(string Label, IReadOnlyList<LabelScore> Probabilities);

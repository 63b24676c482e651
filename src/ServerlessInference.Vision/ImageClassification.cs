using ServerlessInference.Pipelines;

namespace ServerlessInference.Vision;

/// <summary>The labels of an image.</summary>
/// <param name="Top">The best labels in descending order of score. Labels with equal scores are in ascending order of index.</param>
public sealed record ImageClassification(IReadOnlyList<LabelScore> Top);

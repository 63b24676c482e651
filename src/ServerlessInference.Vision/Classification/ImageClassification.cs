using ServerlessInference.Pipelines;

namespace ServerlessInference.Vision.Classification;

/// <summary>What an image shows.</summary>
/// <param name="Top">The best labels, by falling score; of equal scores the lower index first.</param>
public sealed record ImageClassification(IReadOnlyList<LabelScore> Top);

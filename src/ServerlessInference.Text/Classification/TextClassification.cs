using ServerlessInference.Pipelines;

namespace ServerlessInference.Text.Classification;

/// <summary>What a text is about.</summary>
/// <param name="Top">The best labels, by falling score; of equal scores the lower index first.</param>
public sealed record TextClassification(IReadOnlyList<LabelScore> Top);

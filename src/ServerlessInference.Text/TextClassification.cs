using ServerlessInference.Pipelines;

namespace ServerlessInference.Text;

/// <summary>The classification of one text.</summary>
/// <param name="Top">The best labels, highest score first; among equal scores the lower index comes first.</param>
public sealed record TextClassification(IReadOnlyList<LabelScore> Top);

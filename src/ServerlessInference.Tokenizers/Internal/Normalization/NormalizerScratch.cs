using ServerlessInference.Tokenizers.RegularExpressions;

namespace ServerlessInference.Tokenizers.Normalization;

/// <summary>The working memory of normalization, kept between calls. One thread at a time uses it.</summary>
internal sealed class NormalizerScratch
{
    internal CanonicalRun Run { get; } = new();

    internal Recomposer Recomposer { get; } = new();

    internal MatchScratch Matches { get; } = new();
}

namespace ServerlessInference.Tokenizers.Models;

/// <summary>The settings of a BPE model, as <c>tokenizer.json</c> has them.</summary>
internal sealed class BpeSettings
{
    internal string? UnknownToken { get; set; }

    internal string ContinuationPrefix { get; set; } = string.Empty;

    internal string WordSuffix { get; set; } = string.Empty;

    internal bool FusesUnknown { get; set; }

    internal bool FallsBackToBytes { get; set; }

    internal bool IgnoresMerges { get; set; }
}

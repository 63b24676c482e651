namespace ServerlessInference.Tokenizers.Normalization;

/// <summary>A range of units of a text or a word.</summary>
/// <param name="Start">The index of the first unit.</param>
/// <param name="End">The index after the last unit.</param>
internal readonly record struct UnitRange(int Start, int End);

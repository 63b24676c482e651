namespace ServerlessInference.Tokenizers.Normalization;

/// <summary>One step of normalization. Immutable and thread-safe.</summary>
internal abstract class Normalizer
{
    /// <summary>Whether the step certainly leaves a text as it is, which saves the copy.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isAscii">Whether all of its characters are ASCII.</param>
    internal virtual bool Keeps(ReadOnlySpan<char> text, bool isAscii) => false;

    /// <summary>Normalizes a text.</summary>
    /// <param name="source">The text; not empty.</param>
    /// <param name="target">Empty; receives the result.</param>
    /// <param name="scratch">Working memory.</param>
    internal abstract void Apply(AlignedText source, AlignedText target, NormalizerScratch scratch);
}

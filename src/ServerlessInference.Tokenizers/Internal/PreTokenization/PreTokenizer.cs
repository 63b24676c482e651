using ServerlessInference.Tokenizers.Normalization;
using ServerlessInference.Tokenizers.RegularExpressions;

namespace ServerlessInference.Tokenizers.PreTokenization;

/// <summary>One step of splitting a text into words. Immutable and thread-safe.</summary>
internal abstract class PreTokenizer
{
    /// <summary>Gets whether the step writes another text, to which its pieces refer.</summary>
    internal virtual bool ChangesText => false;

    /// <summary>Splits pieces further.</summary>
    /// <param name="text">The text.</param>
    /// <param name="pieces">The pieces so far.</param>
    /// <param name="result">Empty; receives the new pieces.</param>
    /// <param name="target">Empty; receives the new text if the step changes it.</param>
    /// <param name="matches">Working memory.</param>
    internal abstract void Apply(
        TextView text, ReadOnlySpan<UnitRange> pieces, PieceList result, AlignedText target, MatchScratch matches);
}

namespace ServerlessInference.Tokenizers.RegularExpressions;

/// <summary>Something to search for in a text: a literal, a kind of character, or a regular expression. Immutable and
/// thread-safe.</summary>
internal abstract class TextPattern
{
    /// <summary>Whether the pattern certainly does not occur in a text, which saves work.</summary>
    internal virtual bool NeverMatches(ReadOnlySpan<char> text) => false;

    /// <summary>Finds the first match at an index or after it.</summary>
    /// <param name="text">The whole text, well-formed UTF-16.</param>
    /// <param name="from">The index, at most the length.</param>
    /// <param name="scratch">Working memory.</param>
    /// <param name="start">Where the match starts.</param>
    /// <param name="end">Where it ends, exclusive.</param>
    internal abstract bool TryFind(ReadOnlySpan<char> text, int from, MatchScratch scratch, out int start, out int end);
}

using ServerlessInference.Tokenizers.Vocabularies;

namespace ServerlessInference.Tokenizers.Models;

/// <summary>Splits a word into tokens of a vocabulary. Immutable and thread-safe.</summary>
internal abstract class WordModel(Vocabulary vocabulary)
{
    internal Vocabulary Vocabulary { get; } = vocabulary;

    /// <summary>Gets the id of unknown words; null if there is none.</summary>
    internal virtual int? UnknownId => null;

    /// <summary>Finds the end of a part of a word whose tokens do not depend on the rest of the word.</summary>
    /// <param name="word">The word.</param>
    /// <param name="start">Where the part starts.</param>
    internal virtual int FindPartEnd(ReadOnlySpan<char> word, int start) => word.Length;

    /// <summary>Splits a word.</summary>
    /// <param name="word">The word, well-formed UTF-16; not empty.</param>
    /// <param name="tokens">Empty; receives the tokens.</param>
    /// <param name="scratch">Working memory.</param>
    internal abstract void Tokenize(ReadOnlySpan<char> word, WordTokens tokens, ModelScratch scratch);
}

using System.Buffers;

namespace ServerlessInference.Tokenizers;

/// <summary>A token model of this package. Unlike an <see cref="ITokenModel"/> it has working memory that is pooled by its tokenizer, and
/// writes ids without offsets when nothing else is needed.</summary>
/// <remarks>There is one virtual call per text: whatever happens per word or character is inside the model.</remarks>
internal abstract class TokenModel
{
    internal abstract int VocabularySize { get; }

    /// <summary>Creates working memory; one call at a time uses it.</summary>
    internal abstract object CreateWorkspace();

    /// <summary>Splits a text into tokens and stops after the word that reaches the limit.</summary>
    internal abstract void Tokenize(ReadOnlySpan<char> text, TokenSequence tokens, int limit, object workspace);

    /// <summary>Trims the ranges of the tokens of one sequence, which may be a part of a text.</summary>
    /// <param name="text">The text to which the ranges refer.</param>
    /// <param name="ids">The ids of the tokens.</param>
    /// <param name="offsets">The ranges of the tokens, to be changed.</param>
    internal virtual void TrimOffsets(ReadOnlySpan<char> text, ReadOnlySpan<int> ids, Span<TextRange> offsets)
    {
    }

    /// <summary>Writes the ids of a text until the span is full and returns their number.</summary>
    internal abstract int EncodeIds(ReadOnlySpan<char> text, Span<int> ids, object workspace);

    /// <summary>Writes all ids of a text.</summary>
    internal abstract void EncodeIds(ReadOnlySpan<char> text, IBufferWriter<int> writer, object workspace);

    internal abstract int? GetTokenId(string token);

    internal abstract string? GetToken(int id);

    internal abstract string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens);
}

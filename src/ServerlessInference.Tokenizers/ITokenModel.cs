namespace ServerlessInference.Tokenizers;

/// <summary>Splits a text into tokens of a vocabulary: the part in which WordPiece, BPE and word-level tokenizers differ.</summary>
/// <remarks>
/// <para>A <see cref="Tokenizer"/> adds what they have in common: special tokens, truncation, windows and padding.</para>
/// <para>Implementations must be thread-safe.</para>
/// </remarks>
/// <example>
/// <code>
/// internal sealed class CharacterModel : ITokenModel
/// {
///     public int VocabularySize => char.MaxValue + 1;
///
///     public int? GetTokenId(string token) => token.Length == 1 ? token[0] : null;
///
///     public string? GetToken(int id) => id is >= 0 and &lt;= char.MaxValue ? ((char)id).ToString() : null;
///
///     public void Tokenize(ReadOnlySpan&lt;char> text, TokenSequence tokens, int limit)
///     {
///         for (int i = 0; i &lt; text.Length &amp;&amp; tokens.Count &lt; limit; i++)
///         {
///             tokens.Add(text[i], i, i + 1, wordId: i);
///         }
///     }
///
///     public string Decode(ReadOnlySpan&lt;int> ids, bool skipSpecialTokens) => string.Concat(ids.ToArray().Select(GetToken));
/// }
/// </code>
/// </example>
public interface ITokenModel
{
    /// <summary>Gets the number of tokens in the vocabulary.</summary>
    int VocabularySize { get; }

    /// <summary>Gets the id of a token.</summary>
    /// <param name="token">The token as the vocabulary spells it.</param>
    /// <returns>The id; null if there is no such token.</returns>
    int? GetTokenId(string token);

    /// <summary>Gets the token with an id.</summary>
    /// <param name="id">The id.</param>
    /// <returns>The token as the vocabulary spells it; null if there is no such token.</returns>
    string? GetToken(int id);

    /// <summary>Splits a text into tokens.</summary>
    /// <param name="text">The text.</param>
    /// <param name="tokens">Empty; receives the tokens in the order of the text.</param>
    /// <param name="limit">The number of tokens that suffice. Stop after the word that reaches it, never within a word.</param>
    void Tokenize(ReadOnlySpan<char> text, TokenSequence tokens, int limit);

    /// <summary>Turns ids back into text.</summary>
    /// <param name="ids">The ids; those without a token are skipped.</param>
    /// <param name="skipSpecialTokens">Whether special tokens are omitted.</param>
    /// <returns>The text.</returns>
    string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens);
}

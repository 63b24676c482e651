using System.Text;

namespace ServerlessInference.Text.Tokenization;

public sealed partial class WordPieceTokenizer
{
    /// <summary>Gets a token's text.</summary>
    /// <param name="id">The id.</param>
    /// <returns>The text, with its prefix where it continues a word; null where no token has the id.</returns>
    public string? TokenOf(int id) =>
        _added.TryGetValue(id, out AddedToken? added) ? added.Content
        : _model.Vocabulary.Contains(id) ? Encoding.UTF8.GetString(_model.Vocabulary.Bytes(id))
        : null;

    /// <summary>Gets a token's id.</summary>
    /// <param name="token">The text, with its prefix where it continues a word.</param>
    /// <returns>The id; null where there is no such token.</returns>
    public int? IdOf(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        foreach (AddedToken added in _added.Values)
        {
            if (added.Content == token)
            {
                return added.Id;
            }
        }

        int id = _model.Vocabulary.Find(token);
        return id < 0 ? null : id;
    }

    /// <summary>Makes a text from ids: pieces joined to words, words by spaces, spaces before punctuation removed as Hugging Face's
    /// WordPiece decoder does.</summary>
    /// <param name="ids">The ids; those without a token are left out.</param>
    /// <param name="skipSpecialTokens">Whether special tokens are left out.</param>
    /// <returns>The text. It is not the original one: case, accents and spacing are lost where the tokenizer drops them.</returns>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = true)
    {
        var text = new StringBuilder();
        string prefix = Encoding.UTF8.GetString(_model.Vocabulary.Prefix);
        bool first = true;
        foreach (int id in ids)
        {
            bool special = _added.TryGetValue(id, out AddedToken? added) && added.IsSpecial;
            if ((special && skipSpecialTokens) || TokenOf(id) is not { } token)
            {
                continue;
            }

            if (!first)
            {
                token = token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : " " + token;
            }

            text.Append(_cleansDecoded ? CleanUp(token) : token);
            first = false;
        }

        return text.ToString();
    }

    /// <summary>The replacements of Hugging Face's decoder, which it applies to each token by itself.</summary>
    private static string CleanUp(string token) => token
        .Replace(" .", ".", StringComparison.Ordinal)
        .Replace(" ?", "?", StringComparison.Ordinal)
        .Replace(" !", "!", StringComparison.Ordinal)
        .Replace(" ,", ",", StringComparison.Ordinal)
        .Replace(" ' ", "'", StringComparison.Ordinal)
        .Replace(" n't", "n't", StringComparison.Ordinal)
        .Replace(" 'm", "'m", StringComparison.Ordinal)
        .Replace(" do not", " don't", StringComparison.Ordinal)
        .Replace(" 's", "'s", StringComparison.Ordinal)
        .Replace(" 've", "'ve", StringComparison.Ordinal)
        .Replace(" 're", "'re", StringComparison.Ordinal);
}

using System.Buffers;
using System.Text;
using ServerlessInference.Tokenizers.Decoding;
using ServerlessInference.Tokenizers.Normalization;
using ServerlessInference.Tokenizers.Vocabularies;

namespace ServerlessInference.Tokenizers;

/// <summary>The token model of BERT: WordPiece with BERT's normalization and word boundaries. Immutable and thread-safe.</summary>
internal sealed class WordPieceModel : TokenModel
{
    private readonly WordPieceSplitter _splitter;
    private readonly WordPieceEncoder _encoder;
    private readonly Dictionary<int, AddedToken> _added = [];
    private readonly Dictionary<int, string> _texts = [];
    private readonly WordPieceDecoder _decoder;

    /// <summary>Creates the model.</summary>
    /// <param name="splitter">The vocabulary, and how words are split.</param>
    /// <param name="normalizer">How texts are normalized.</param>
    /// <param name="addedTokens">Tokens to search for as a whole.</param>
    /// <param name="cleansDecoded">Whether decoding removes spaces before punctuation.</param>
    internal WordPieceModel(WordPieceSplitter splitter, NormalizerSettings normalizer, List<AddedToken> addedTokens, bool cleansDecoded)
    {
        _splitter = splitter;
        _decoder = new WordPieceDecoder(Encoding.UTF8.GetString(splitter.Vocabulary.Prefix), cleansDecoded);
        var raw = new List<AddedTokenPattern>();
        var normalized = new List<AddedTokenPattern>();
        foreach (AddedToken token in addedTokens)
        {
            _added[token.Id] = token;
            if (token.IsNormalized)
            {
                // As in the original, the normalized content is also what the token is decoded to.
                _texts[token.Id] = Normalize(token.Content, normalizer);
                normalized.Add(new AddedTokenPattern(token, _texts[token.Id]));
            }
            else
            {
                raw.Add(new AddedTokenPattern(token, token.Content));
            }
        }

        _encoder = new WordPieceEncoder(splitter, normalizer, AddedTokenMatcher.Create(raw), AddedTokenMatcher.Create(normalized));
    }

    internal override int VocabularySize => _splitter.Vocabulary.Count;

    internal override object CreateWorkspace() => new WordPieceWorkspace(_splitter.MaxWordLength);

    internal override void Tokenize(ReadOnlySpan<char> text, TokenSequence tokens, int limit, object workspace)
    {
        var sink = new SequenceSink(tokens, limit);
        Encode(text, ref sink, workspace);
    }

    internal override int EncodeIds(ReadOnlySpan<char> text, Span<int> ids, object workspace)
    {
        var sink = new SpanIdSink(ids);
        Encode(text, ref sink, workspace);
        return sink.Count;
    }

    internal override void EncodeIds(ReadOnlySpan<char> text, IBufferWriter<int> writer, object workspace)
    {
        var sink = new WriterIdSink(writer);
        Encode(text, ref sink, workspace);
        sink.Flush();
    }

    internal override string? GetToken(int id) =>
        _texts.TryGetValue(id, out string? text) ? text
        : _added.TryGetValue(id, out AddedToken? added) ? added.Content
        : _splitter.Vocabulary.Contains(id) ? Encoding.UTF8.GetString(_splitter.Vocabulary.GetBytes(id))
        : null;

    internal override int? GetTokenId(string token)
    {
        foreach (AddedToken added in _added.Values)
        {
            if (added.Content == token)
            {
                return added.Id;
            }
        }

        int id = _splitter.Vocabulary.Find(token);
        return id < 0 ? null : id;
    }

    /// <summary>Joins pieces to words and words with spaces, and removes spaces before punctuation, as Hugging Face's WordPiece decoder
    /// does.</summary>
    internal override string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens)
    {
        var tokens = new List<string>(ids.Length);
        foreach (int id in ids)
        {
            bool isSpecial = _added.TryGetValue(id, out AddedToken? added) && added.IsSpecial;
            if (!(isSpecial && skipSpecialTokens) && GetToken(id) is { } token)
            {
                tokens.Add(token);
            }
        }

        return string.Concat(_decoder.Decode(tokens));
    }

    private void Encode<TSink>(ReadOnlySpan<char> text, ref TSink sink, object workspace)
        where TSink : struct, ITokenSink, allows ref struct
    {
        var own = (WordPieceWorkspace)workspace;
        _encoder.Encode(text, ref sink, own);
        own.Trim();
    }

    private static string Normalize(string content, NormalizerSettings settings)
    {
        var text = new NormalizedText();
        new TextNormalizer().Normalize(content, 0, content.Length, settings, text);
        return new WordPieceWorkspace(1).ToUnits(text).ToString();
    }
}

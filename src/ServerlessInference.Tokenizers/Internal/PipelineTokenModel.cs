using System.Buffers;
using System.Text;
using ServerlessInference.Tokenizers.Decoding;
using ServerlessInference.Tokenizers.Vocabularies;

namespace ServerlessInference.Tokenizers;

/// <summary>The token model of a <c>tokenizer.json</c>: any combination of the parts that the format knows. Immutable and
/// thread-safe.</summary>
internal sealed class PipelineTokenModel : TokenModel
{
    private readonly PipelineEncoder _encoder;
    private readonly TokenDecoder? _decoder;
    private readonly Dictionary<int, AddedToken> _added = [];
    private readonly Dictionary<string, int> _addedIds = new(StringComparer.Ordinal);

    /// <summary>Creates the model.</summary>
    /// <param name="encoder">How texts become tokens.</param>
    /// <param name="addedTokens">Tokens to search for as a whole.</param>
    /// <param name="decoder">How tokens become text; null to join them with spaces.</param>
    internal PipelineTokenModel(PipelineEncoder encoder, List<AddedToken> addedTokens, TokenDecoder? decoder)
    {
        _encoder = encoder;
        _decoder = decoder;
        foreach (AddedToken token in addedTokens)
        {
            _added[token.Id] = token;
            _addedIds[token.Content] = token.Id;
        }

        var raw = new List<AddedTokenPattern>();
        var normalized = new List<AddedTokenPattern>();
        foreach (AddedToken token in _added.Values)
        {
            if (token.IsNormalized)
            {
                normalized.Add(new AddedTokenPattern(token, encoder.Normalize(token.Content)));
            }
            else
            {
                raw.Add(new AddedTokenPattern(token, token.Content));
            }
        }

        encoder.Raw = AddedTokenMatcher.Create(raw);
        encoder.Normalized = AddedTokenMatcher.Create(normalized);
    }

    internal override int VocabularySize => Vocabulary.Count;

    private Vocabulary Vocabulary => _encoder.Model.Vocabulary;

    internal override object CreateWorkspace() => new PipelineWorkspace();

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

    internal override int? GetTokenId(string token)
    {
        int id = _addedIds.TryGetValue(token, out int added) ? added : Vocabulary.Find(token);
        return id < 0 ? null : id;
    }

    internal override string? GetToken(int id) =>
        _added.TryGetValue(id, out AddedToken? added) ? added.Content
        : Vocabulary.Contains(id) ? Encoding.UTF8.GetString(Vocabulary.GetBytes(id))
        : null;

    internal override string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens)
    {
        var tokens = new List<string>(ids.Length);
        foreach (int id in ids)
        {
            bool isSkipped = skipSpecialTokens && _added.TryGetValue(id, out AddedToken? added) && added.IsSpecial;
            if (!isSkipped && GetToken(id) is { } token)
            {
                tokens.Add(token);
            }
        }

        return _decoder is null ? string.Join(' ', tokens) : string.Concat(_decoder.Decode(tokens));
    }

    private void Encode<TSink>(ReadOnlySpan<char> text, ref TSink sink, object workspace)
        where TSink : struct, ITokenSink, allows ref struct
    {
        var own = (PipelineWorkspace)workspace;
        _encoder.Encode(text, ref sink, own);
        own.Trim();
    }
}

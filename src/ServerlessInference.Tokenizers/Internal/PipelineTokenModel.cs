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
    private readonly OffsetTrimming[] _trimmings;
    private readonly Dictionary<int, AddedToken> _added = [];
    private readonly Dictionary<int, string> _texts = [];
    private readonly HashSet<string> _specialContents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _addedIds = new(StringComparer.Ordinal);

    /// <summary>Creates the model.</summary>
    /// <param name="encoder">How texts become tokens.</param>
    /// <param name="addedTokens">Tokens to search for as a whole.</param>
    /// <param name="decoder">How tokens become text; null to join them with spaces.</param>
    /// <param name="trimmings">How the ranges of tokens are trimmed.</param>
    internal PipelineTokenModel(
        PipelineEncoder encoder, List<AddedToken> addedTokens, TokenDecoder? decoder, OffsetTrimming[] trimmings)
    {
        _trimmings = trimmings;
        _encoder = encoder;
        _decoder = decoder;
        foreach (AddedToken token in addedTokens)
        {
            _added[token.Id] = token;
            _addedIds[token.Content] = token.Id;
            _texts[token.Id] = token.Content;
            if (token.IsSpecial)
            {
                _specialContents.Add(token.Content);
            }
        }

        var raw = new List<AddedTokenPattern>();
        var normalized = new List<AddedTokenPattern>();
        foreach (AddedToken token in _added.Values)
        {
            if (token.IsNormalized)
            {
                // As in the original, the normalized content is also what the token is decoded to.
                _texts[token.Id] = encoder.Normalize(token.Content);
                normalized.Add(new AddedTokenPattern(token, _texts[token.Id]));
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

    internal override void TrimOffsets(ReadOnlySpan<char> text, ReadOnlySpan<int> ids, Span<TextRange> offsets)
    {
        foreach (OffsetTrimming trimming in _trimmings)
        {
            Trim(trimming, text, ids, offsets);
        }
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
        _texts.TryGetValue(id, out string? text) ? text
        : Vocabulary.Contains(id) ? Encoding.UTF8.GetString(Vocabulary.GetBytes(id))
        : null;

    internal override string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens)
    {
        var tokens = new List<string>(ids.Length);
        foreach (int id in ids)
        {
            if (GetToken(id) is { } token && !(skipSpecialTokens && _specialContents.Contains(token)))
            {
                tokens.Add(token);
            }
        }

        return _decoder is null ? string.Join(' ', tokens) : string.Concat(_decoder.Decode(tokens));
    }

    private void Trim(OffsetTrimming trimming, ReadOnlySpan<char> text, ReadOnlySpan<int> ids, Span<TextRange> ranges)
    {
        for (int i = 0; i < ranges.Length; i++)
        {
            int leading;
            int trailing;
            if (_added.ContainsKey(ids[i]))
            {
                ReadOnlySpan<char> matched = ranges[i].Slice(text);
                leading = matched.Length - matched.TrimStart().Length;
                trailing = matched.Length - matched.TrimEnd().Length;
            }
            else
            {
                (leading, trailing) = CountBlanks(Vocabulary.GetBytes(ids[i]));
            }

            if (leading + trailing > 0)
            {
                ranges[i] = trimming.Trim(ranges[i], leading, trailing, isFirst: i == 0);
            }
        }
    }

    /// <summary>Counts the blanks around a token, each of which is the character that stands for a space.</summary>
    private static (int Leading, int Trailing) CountBlanks(ReadOnlySpan<byte> token)
    {
        ReadOnlySpan<byte> blank = "\u0120"u8;
        int leading = 0;
        ReadOnlySpan<byte> rest = token;
        while (rest.StartsWith(blank))
        {
            leading++;
            rest = rest[blank.Length..];
        }

        int trailing = 0;
        while (token.EndsWith(blank))
        {
            trailing++;
            token = token[..^blank.Length];
        }

        return (leading, trailing);
    }

    private void Encode<TSink>(ReadOnlySpan<char> text, ref TSink sink, object workspace)
        where TSink : struct, ITokenSink, allows ref struct
    {
        var own = (PipelineWorkspace)workspace;
        _encoder.Encode(text, ref sink, own);
        own.Trim();
    }
}

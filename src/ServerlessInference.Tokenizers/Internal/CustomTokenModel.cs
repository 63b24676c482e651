using System.Buffers;

namespace ServerlessInference.Tokenizers;

/// <summary>Adapts a caller's token model. Its working memory is a token sequence, from which ids are copied.</summary>
internal sealed class CustomTokenModel : TokenModel
{
    private readonly ITokenModel _model;

    internal CustomTokenModel(ITokenModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
    }

    internal override int VocabularySize => _model.VocabularySize;

    internal override object CreateWorkspace() => new TokenSequence();

    internal override void Tokenize(ReadOnlySpan<char> text, TokenSequence tokens, int limit, object workspace) =>
        _model.Tokenize(text, tokens, limit);

    internal override int EncodeIds(ReadOnlySpan<char> text, Span<int> ids, object workspace)
    {
        ReadOnlySpan<int> all = Tokenize(text, (TokenSequence)workspace, ids.Length);
        int count = Math.Min(all.Length, ids.Length);
        all[..count].CopyTo(ids);
        return count;
    }

    internal override void EncodeIds(ReadOnlySpan<char> text, IBufferWriter<int> writer, object workspace) =>
        writer.Write(Tokenize(text, (TokenSequence)workspace, int.MaxValue));

    internal override int? GetTokenId(string token) => _model.GetTokenId(token);

    internal override string? GetToken(int id) => _model.GetToken(id);

    internal override string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens) => _model.Decode(ids, skipSpecialTokens);

    private ReadOnlySpan<int> Tokenize(ReadOnlySpan<char> text, TokenSequence tokens, int limit)
    {
        tokens.Clear();
        _model.Tokenize(text, tokens, limit);
        return tokens.Ids;
    }
}

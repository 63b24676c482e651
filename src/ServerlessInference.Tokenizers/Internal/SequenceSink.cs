namespace ServerlessInference.Tokenizers;

/// <summary>Collects tokens with offsets and words. Full once the limit is reached; the word that reaches it is completed.</summary>
internal readonly struct SequenceSink(TokenSequence tokens, int limit) : ITokenSink
{
    public bool IsFull => tokens.Count >= limit;

    public void AddMatch(AddedTokenMatch match, int word) => tokens.AddMatch(match, word);

    public void Add(int id, int start, int end, int word) => tokens.Add(id, start, end, word);
}

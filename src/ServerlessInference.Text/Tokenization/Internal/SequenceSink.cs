namespace ServerlessInference.Text.Tokenization.Internal;

/// <summary>Writes whole tokens; full once a limit is reached, though the word that reaches it is completed.</summary>
internal readonly struct SequenceSink(SequenceTokens tokens, int limit) : ITokenSink
{
    public bool IsFull => tokens.Count >= limit;

    public void AddMatch(AddedTokenMatch match, int word) => tokens.AddMatch(match, word);

    public void Add(int id, int start, int end, int word) => tokens.Add(id, start, end, word);
}

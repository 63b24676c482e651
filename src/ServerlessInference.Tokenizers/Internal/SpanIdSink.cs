namespace ServerlessInference.Tokenizers;

/// <summary>Writes ids into a span of the caller until it is full.</summary>
internal ref struct SpanIdSink(Span<int> ids) : ITokenSink
{
    private readonly Span<int> _ids = ids;

    internal int Count { get; private set; }

    public readonly bool IsFull => Count == _ids.Length;

    public void Add(int id, int start, int end, int word)
    {
        if ((uint)Count < (uint)_ids.Length)
        {
            _ids[Count++] = id;
        }
    }

    public void AddMatch(AddedTokenMatch match, int word) => Add(match.Id, match.Start, match.End, word);
}

namespace ServerlessInference.Tokenizers;

/// <summary>Receives tokens in order.</summary>
/// <remarks>Implemented by structs only: the encoder is compiled once per struct, so that calls are inlined.</remarks>
internal interface ITokenSink
{
    /// <summary>Gets whether encoding may stop after the current word.</summary>
    bool IsFull { get; }

    /// <summary>Receives a token.</summary>
    /// <param name="id">Its vocabulary id.</param>
    /// <param name="start">The UTF-16 index at which it starts.</param>
    /// <param name="end">The UTF-16 index at which it ends, exclusive.</param>
    /// <param name="word">The index of its word.</param>
    void Add(int id, int start, int end, int word);

    /// <summary>Receives an added token.</summary>
    /// <param name="match">The token.</param>
    /// <param name="word">The index of its word.</param>
    void AddMatch(AddedTokenMatch match, int word);
}

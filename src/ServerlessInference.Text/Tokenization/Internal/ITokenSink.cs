namespace ServerlessInference.Text.Tokenization.Internal;

/// <summary>Takes tokens in order. A struct, so that the encoder is compiled once for each kind of sink.</summary>
internal interface ITokenSink
{
    /// <summary>Gets whether nothing after the current word is wanted.</summary>
    bool IsFull { get; }

    /// <summary>Takes a token.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="start">Where it starts in the text, in UTF-16 units.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="word">The index of its word.</param>
    void Add(int id, int start, int end, int word);

    /// <summary>Takes an added token that was found as a whole.</summary>
    /// <param name="match">The token.</param>
    /// <param name="word">The index of its word.</param>
    void AddMatch(AddedTokenMatch match, int word);
}

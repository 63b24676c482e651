namespace ServerlessInference.Tokenizers;

/// <summary>A piece of a SentencePiece model.</summary>
/// <param name="Text">The piece.</param>
/// <param name="Score">Its score.</param>
/// <param name="Kind">What it is: 1 a normal piece, 2 the unknown piece, 3 a control symbol, 4 a user-defined symbol, 6 a byte.</param>
internal readonly record struct SentencePiece(string Text, double Score, int Kind)
{
    internal bool IsControl => Kind == 3;

    /// <summary>Gets whether the piece is searched for as a whole.</summary>
    internal bool IsAdded => Kind is 3 or 4;
}

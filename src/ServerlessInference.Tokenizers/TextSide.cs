namespace ServerlessInference.Tokenizers;

/// <summary>A side of a token sequence.</summary>
public enum TextSide
{
    /// <summary>The end.</summary>
    Right,

    /// <summary>The beginning.</summary>
    Left,
}

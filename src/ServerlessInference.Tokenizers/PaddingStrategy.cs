namespace ServerlessInference.Tokenizers;

/// <summary>The length to which sequences are padded.</summary>
public enum PaddingStrategy
{
    /// <summary>No padding.</summary>
    None,

    /// <summary>The length of the longest sequence of the batch, or of the longest window.</summary>
    Longest,

    /// <summary><see cref="EncodeOptions.PadLength"/>; longer sequences stay as they are.</summary>
    Fixed,
}

namespace ServerlessInference.Tokenizers;

/// <summary>A limit that a text exceeds.</summary>
public enum TextLimit
{
    /// <summary><see cref="EncodeOptions.MaxLength"/>: the text that may be truncated leaves too little room for the other one.</summary>
    MaxLength,

    /// <summary><see cref="EncodeOptions.MaxWindows"/>: the text needs more windows.</summary>
    MaxWindows,
}

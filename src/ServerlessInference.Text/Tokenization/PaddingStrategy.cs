namespace ServerlessInference.Text.Tokenization;

/// <summary>How far encodings are filled up with padding tokens.</summary>
public enum PaddingStrategy
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>To the longest of the batch, or of the windows of one input.</summary>
    Longest,

    /// <summary>To <see cref="EncodeOptions.PadLength"/>; what is longer stays as it is.</summary>
    Fixed,
}

namespace ServerlessInference.Imaging;

/// <summary>Why an image was rejected.</summary>
public enum InvalidImageKind
{
    /// <summary>The file is empty, truncated or damaged, or it is not what it claims to be.</summary>
    Damaged,

    /// <summary>The file has a format, or uses a feature of its format, that the decoder does not support.</summary>
    UnsupportedFormat,

    /// <summary>The image exceeds a limit on bytes, pixels, sides or scans, or it would need more memory than there can be.</summary>
    TooLarge,
}

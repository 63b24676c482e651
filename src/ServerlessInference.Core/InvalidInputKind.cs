namespace ServerlessInference;

/// <summary>Why an input was refused. A front end turns it into an answer of its own: HTTP 400, 415, 413 or 422.</summary>
public enum InvalidInputKind
{
    /// <summary>The input is damaged, empty or not what it claims to be.</summary>
    Malformed,

    /// <summary>The input is of a format that nothing registered can read.</summary>
    UnsupportedFormat,

    /// <summary>The input exceeds a limit in bytes, pixels, dimensions or decompressed size.</summary>
    TooLarge,

    /// <summary>The input was read, but its content cannot be used: a required field is missing, a text is too long.</summary>
    Unprocessable,
}

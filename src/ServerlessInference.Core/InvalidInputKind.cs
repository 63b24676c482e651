namespace ServerlessInference;

/// <summary>Why an input was rejected. A front end maps it to a response: HTTP 400, 415, 413 or 422.</summary>
public enum InvalidInputKind
{
    /// <summary>The input is damaged, empty, or not what it claims to be.</summary>
    Malformed,

    /// <summary>The input has a format that no registered decoder can read.</summary>
    UnsupportedFormat,

    /// <summary>The input exceeds a limit on bytes, pixels, dimensions or decompressed size.</summary>
    TooLarge,

    /// <summary>The input is well-formed, but its content cannot be used: a required field is missing, or a text is too long.</summary>
    Unprocessable,
}

namespace ServerlessInference.Shared;

/// <summary>Interprets <c>Content-Encoding</c> (RFC 9110, section 8.4): how the bytes that arrive differ from those of the file.</summary>
internal static class ContentCoding
{
    /// <summary>Finds a coding that would have to be undone before the file could be used.</summary>
    /// <param name="codings">The value of the header; <see langword="null"/> if there is none.</param>
    /// <param name="name">
    /// The name of the file. Servers describe the compression of <c>model.tar.gz</c> as a coding, although it is that of the file itself.
    /// </param>
    /// <returns>The coding; <see langword="null"/> if the bytes are those of the file.</returns>
    public static string? FindForeign(string? codings, string name)
    {
        if (string.IsNullOrEmpty(codings))
        {
            return null;
        }

        bool isCompressedFile = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase);
        foreach (string part in codings.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            // Clients of S3 store "aws-chunked" as if it were a property of the object. It only concerns the upload.
            bool isKnown = part.ToLowerInvariant() switch
            {
                "identity" or "aws-chunked" => true,
                "gzip" or "x-gzip" => isCompressedFile,
                _ => false,
            };
            if (!isKnown)
            {
                return part;
            }
        }

        return null;
    }
}

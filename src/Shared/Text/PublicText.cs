namespace ServerlessInference.Shared;

/// <summary>Shows text that may contain a secret in messages and logs.</summary>
internal static class PublicText
{
    private const string Hidden = "…";

    /// <summary>
    /// Hides what may be secret in a text that should be a URI, whether it is a valid one or not: user names and passwords, and everything
    /// after the path, since a query or a fragment may be a signature.
    /// </summary>
    public static string MaskUri(string text)
    {
        int end = text.AsSpan().IndexOfAny('?', '#');
        string path = end < 0 ? text : text[..end];
        string rest = end < 0 ? string.Empty : text[end] + Hidden;
        int at = text.LastIndexOf('@');
        if (at < 0)
        {
            return path + rest;
        }

        // A password may contain any character if somebody forgot to encode it, so everything up to the last @ may belong to it.
        string scheme = path[..Math.Min(FindAuthority(text), path.Length)];
        return at < path.Length ? string.Concat(scheme, Hidden, path.AsSpan(at), rest) : scheme + Hidden;
    }

    /// <summary>Returns where the scheme with its colon and slashes ends; 0 without a scheme.</summary>
    private static int FindAuthority(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (colon <= 0 || slash != colon + 1)
        {
            return 0;
        }

        int start = slash;
        while (start < text.Length && text[start] == '/')
        {
            start++;
        }

        return start;
    }
}

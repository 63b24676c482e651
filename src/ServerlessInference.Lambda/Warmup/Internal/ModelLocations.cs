namespace ServerlessInference.Lambda.Warmup;

/// <summary>The locations of models that an event may name.</summary>
internal sealed class ModelLocations(IList<string> allowed)
{
    /// <summary>
    /// Returns whether a URI is in one of the allowed locations. A path that could lead out of its folder is in none of them.
    /// </summary>
    public bool Contains(string uri)
    {
        foreach (string segment in uri.Split('/'))
        {
            if (segment is "." or ".."
                || segment.Contains('\\', StringComparison.Ordinal)
                || segment.Contains('%', StringComparison.Ordinal)
                || segment.Contains('#', StringComparison.Ordinal) || segment.Contains('?', StringComparison.Ordinal))
            {
                return false;
            }
        }

        foreach (string location in allowed)
        {
            if (location.EndsWith('/') ? (uri + "/").StartsWith(location, StringComparison.Ordinal) : uri == location)
            {
                return true;
            }
        }

        return false;
    }
}

namespace ServerlessInference.Lambda;

/// <summary>Where models may lie that an event names.</summary>
internal sealed class ModelLocations(IList<string> allowed)
{
    /// <summary>Tells whether a URI lies in one of the allowed places. A path that climbs out of its folder lies in none.</summary>
    public bool Contain(string location)
    {
        foreach (string segment in location.Split('/'))
        {
            if (segment is "." or ".." || segment.Contains('\\', StringComparison.Ordinal) || segment.Contains('%', StringComparison.Ordinal)
                || segment.Contains('#', StringComparison.Ordinal) || segment.Contains('?', StringComparison.Ordinal))
            {
                return false;
            }
        }

        foreach (string place in allowed)
        {
            if (place.EndsWith('/') ? (location + "/").StartsWith(place, StringComparison.Ordinal) : location == place)
            {
                return true;
            }
        }

        return false;
    }
}

namespace ServerlessInference.Architecture.Tests.Source;

/// <summary>Finds folders that depend on each other in a circle.</summary>
internal static class FolderGraph
{
    /// <summary>Finds the knots: folders each of which reaches all others of its knot.</summary>
    /// <returns>Knots of two folders and more, each sorted by name.</returns>
    public static IReadOnlyList<IReadOnlyList<string>> FindKnots(IEnumerable<(string From, string To)> arrows)
    {
        ILookup<string, string> targets = arrows.Distinct().ToLookup(arrow => arrow.From, arrow => arrow.To);
        Dictionary<string, HashSet<string>> reached = targets.ToDictionary(group => group.Key, group => Reach(group.Key, targets));
        return [.. reached.Keys
            .Where(folder => reached[folder].Contains(folder))
            .Select(
                folder => string.Join(
                    '|',
                    reached[folder]
                        .Where(other => reached.TryGetValue(other, out HashSet<string>? back) && back.Contains(folder))
                        .Order(StringComparer.Ordinal)))
            .Distinct()
            .Select(knot => (IReadOnlyList<string>)knot.Split('|'))];
    }

    private static HashSet<string> Reach(string start, ILookup<string, string> targets)
    {
        var reached = new HashSet<string>();
        var open = new Stack<string>(targets[start]);
        while (open.TryPop(out string? folder))
        {
            if (reached.Add(folder))
            {
                foreach (string next in targets[folder])
                {
                    open.Push(next);
                }
            }
        }

        return reached;
    }
}

namespace ServerlessInference.Models.Prepared;

/// <summary>Leaves out of a model's files those that are prepared for other processors, so that they are not fetched.</summary>
internal static class PreparedSelection
{
    /// <summary>Chooses among files by their names alone.</summary>
    /// <typeparam name="T">A file.</typeparam>
    /// <param name="files">All files; a single one is what was asked for.</param>
    /// <param name="nameOf">Gives a file's name.</param>
    /// <param name="processor">The class of the processor at hand.</param>
    /// <returns>The files without those for other processors, and without those for every processor where the own class has one.</returns>
    public static IReadOnlyList<T> Wanted<T>(IReadOnlyList<T> files, Func<T, string> nameOf, string? processor)
    {
        var own = new HashSet<string>(StringComparer.Ordinal);
        int prepared = 0;
        foreach (T file in files)
        {
            if (PreparedName.TryParseAny(nameOf(file), out PreparedName name))
            {
                prepared++;
                if (name.Processor == processor)
                {
                    own.Add(name.Model);
                }
            }
        }

        if (prepared == 0 || files.Count == 1)
        {
            return files;
        }

        List<T> wanted = [.. files.Where(file => !PreparedName.TryParseAny(nameOf(file), out PreparedName name)
            || name.Processor == processor || (name.Processor == ProcessorClass.Any && !own.Contains(name.Model)))];

        // Where nothing fits and the plain model is not there, what is there goes on, and the session says why it does not fit.
        return wanted.Exists(file => IsModel(nameOf(file))) ? wanted : files;
    }

    private static bool IsModel(string name) =>
        name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".ort", StringComparison.OrdinalIgnoreCase);
}

namespace ServerlessInference.Models.Prepared;

/// <summary>Excludes files that were prepared for other processors, so that they are not downloaded.</summary>
internal static class PreparedSelection
{
    /// <summary>Selects files by their names.</summary>
    /// <typeparam name="T">The type of a file.</typeparam>
    /// <param name="files">All files. If there is only one, it was requested explicitly and is always selected.</param>
    /// <param name="getName">Gets the name of a file.</param>
    /// <param name="processor">The class of this processor.</param>
    /// <returns>
    /// The files, except for those prepared for other processors, and those prepared for all processors if there is a variant for this one.
    /// </returns>
    public static IReadOnlyList<T> Select<T>(IReadOnlyList<T> files, Func<T, string> getName, string? processor)
    {
        var modelsForProcessor = new HashSet<string>(StringComparer.Ordinal);
        int prepared = 0;
        foreach (T file in files)
        {
            if (PreparedName.TryParseAny(getName(file), out PreparedName name))
            {
                prepared++;
                if (name.Processor == processor)
                {
                    modelsForProcessor.Add(name.Model);
                }
            }
        }

        if (prepared == 0 || files.Count == 1)
        {
            return files;
        }

        List<T> selected = [.. files.Where(file => !PreparedName.TryParseAny(getName(file), out PreparedName name)
            || name.Processor == processor
            || (name.Processor == ProcessorClass.Any && !modelsForProcessor.Contains(name.Model)))];

        // If there is neither a suitable variant nor the plain model, all files are kept: creating the session then fails with an error
        // that explains why they are not suitable.
        return selected.Exists(file => IsModel(getName(file))) ? selected : files;
    }

    private static bool IsModel(string name) =>
        name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".ort", StringComparison.OrdinalIgnoreCase);
}

using System.Text;

namespace ServerlessInference.Models.Archives;

/// <summary>Checks the names that archives and buckets give files: a name may only ever mean a file inside its folder.</summary>
internal static class EntryName
{
    /// <summary>What Linux' file systems take for one name (<c>NAME_MAX</c>).</summary>
    private const int MaxPartBytes = 255;

    /// <summary>Well below <c>PATH_MAX</c> (4,096), with room for the store's own folders.</summary>
    private const int MaxBytes = 1_024;

    /// <summary>Makes a name canonical: <c>./code//inference.py</c> becomes <c>code/inference.py</c>.</summary>
    /// <param name="name">The name as it came.</param>
    /// <param name="container">The archive or bucket, for errors.</param>
    /// <returns>The canonical name; empty for the folder itself.</returns>
    /// <exception cref="ModelLoadException">The name leads out of the folder, or no file system takes it.</exception>
    public static string Normalize(string name, string container)
    {
        if (name.StartsWith('/') || (name.Length > 1 && name[1] == ':' && char.IsAsciiLetter(name[0])))
        {
            throw Refuse(name, container, "is an absolute path");
        }

        if (name.Contains('\\', StringComparison.Ordinal) || name.Any(char.IsControl) || name.Contains('\uFFFD', StringComparison.Ordinal))
        {
            throw Refuse(name, container, "has a backslash, a control character, or bytes that are no UTF-8");
        }

        if (Encoding.UTF8.GetByteCount(name) > MaxBytes)
        {
            throw Refuse(name, container, $"is longer than {MaxBytes:N0} bytes");
        }

        var parts = new List<string>();
        foreach (string part in name.Split('/'))
        {
            if (part == "..")
            {
                throw Refuse(name, container, "leads out of its folder with '..'");
            }

            if (Encoding.UTF8.GetByteCount(part) > MaxPartBytes)
            {
                throw Refuse(name, container, $"has a part longer than {MaxPartBytes} bytes");
            }

            if (part.Length > 0 && part != ".")
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }

    public static ModelLoadException Refuse(string name, string container, string why)
    {
        string shown = name.Length > 120 ? name[..120] + "…" : name;
        return new ModelLoadException($"{container} is refused: its entry '{shown.ReplaceLineEndings("?")}' {why}. Pack the model's files anew, as plain files with relative names.");
    }
}

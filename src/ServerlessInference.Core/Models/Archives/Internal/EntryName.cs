using System.Text;

namespace ServerlessInference.Models.Archives;

/// <summary>Validates file names in archives and buckets. A valid name can only refer to a file inside the model's own folder.</summary>
internal static class EntryName
{
    /// <summary>The longest name of one file or folder in the file systems of Linux (<c>NAME_MAX</c>).</summary>
    private const int MaxPartBytes = 255;

    /// <summary>Well below <c>PATH_MAX</c> (4,096), which leaves room for the folders of the store.</summary>
    private const int MaxBytes = 1_024;

    /// <summary>Makes a name canonical: <c>./code//inference.py</c> becomes <c>code/inference.py</c>.</summary>
    /// <param name="name">The name in the archive or bucket.</param>
    /// <param name="container">The archive or bucket, for error messages.</param>
    /// <returns>The canonical name; empty for the folder itself.</returns>
    /// <exception cref="ModelLoadException">The name leads out of the folder, or is not valid in a file system.</exception>
    public static string Normalize(string name, string container)
    {
        if (name.StartsWith('/') || (name.Length > 1 && name[1] == ':' && char.IsAsciiLetter(name[0])))
        {
            throw Reject(name, container, "is an absolute path");
        }

        if (name.Contains('\\', StringComparison.Ordinal) || name.Any(char.IsControl) || name.Contains('\uFFFD', StringComparison.Ordinal))
        {
            throw Reject(name, container, "contains a backslash, a control character, or bytes that are not valid UTF-8");
        }

        if (Encoding.UTF8.GetByteCount(name) > MaxBytes)
        {
            throw Reject(name, container, $"is longer than {MaxBytes:N0} bytes");
        }

        var parts = new List<string>();
        foreach (string part in name.Split('/'))
        {
            if (part == "..")
            {
                throw Reject(name, container, "leads out of its folder with '..'");
            }

            if (Encoding.UTF8.GetByteCount(part) > MaxPartBytes)
            {
                throw Reject(name, container, $"has a part longer than {MaxPartBytes} bytes");
            }

            if (part.Length > 0 && part != ".")
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }

    /// <summary>Creates the exception for an entry that is not accepted.</summary>
    /// <param name="name">The name of the entry.</param>
    /// <param name="container">The archive or bucket.</param>
    /// <param name="reason">What is wrong with the entry; it continues a sentence that starts with "its entry 'name'".</param>
    public static ModelLoadException Reject(string name, string container, string reason)
    {
        string shown = (name.Length > 120 ? name[..120] + "…" : name).ReplaceLineEndings("?");
        return new ModelLoadException(
            $"{container} is rejected: its entry '{shown}' {reason}. Repack the model as plain files with relative names.");
    }
}

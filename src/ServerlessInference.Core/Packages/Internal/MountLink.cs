namespace ServerlessInference.Packages;

/// <summary>Makes an archive's content appear at an absolute path.</summary>
internal static class MountLink
{
    /// <summary>Creates a link, or points one that an earlier start left to the new content.</summary>
    /// <exception cref="ModelLoadException">Something else is there, or the place cannot be written.</exception>
    public static void Create(string path, string target)
    {
        target = Path.TrimEndingDirectorySeparator(target);
        try
        {
            var link = new DirectoryInfo(path);
            if (link.LinkTarget == target)
            {
                return;
            }

            if (link.LinkTarget is not null)
            {
                Remove(link); // the link alone, whose content an earlier start had
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            Directory.CreateSymbolicLink(path, target);
        }
        catch (IOException) when (new DirectoryInfo(path).LinkTarget == target)
        {
            // another process was first
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException(
                $"The split package cannot be mounted at {path}: {exception.Message} Nothing else may be there, and on Lambda only /tmp can be written; " +
                "a relative mount path needs no link.", exception);
        }
    }

    private static void Remove(DirectoryInfo link)
    {
        // Unix takes a link for a file, also one whose target is gone.
        if (OperatingSystem.IsWindows())
        {
            link.Delete();
        }
        else
        {
            File.Delete(link.FullName);
        }
    }
}

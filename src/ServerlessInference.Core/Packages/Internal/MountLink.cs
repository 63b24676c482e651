namespace ServerlessInference.Packages;

/// <summary>Makes the content of an archive available at an absolute path, by a symbolic link.</summary>
internal static class MountLink
{
    /// <summary>Creates a link. A link that an earlier start has left is replaced.</summary>
    /// <exception cref="ModelLoadException">There is something else at the path, or the path cannot be written.</exception>
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
                // Removes only the link, not the content that an earlier start has unpacked.
                Remove(link);
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            Directory.CreateSymbolicLink(path, target);
        }
        catch (IOException) when (new DirectoryInfo(path).LinkTarget == target)
        {
            // Another process has created the same link at the same time.
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException(
                $"The split package cannot be mounted at {path}: {exception.Message} The path must not exist, and on Lambda only /tmp " +
                "can be written. Use a relative mount path, which needs no link.", exception);
        }
    }

    private static void Remove(DirectoryInfo link)
    {
        // On Unix a link is deleted like a file, even if it refers to a directory or to nothing.
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

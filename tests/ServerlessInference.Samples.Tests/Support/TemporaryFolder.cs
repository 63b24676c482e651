namespace ServerlessInference.Samples.Tests.Support;

/// <summary>A directory that is deleted after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("si-samples-").FullName;

    /// <summary>Gets a path in the folder.</summary>
    public string this[params string[] parts] => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Copies the files of a folder, and of the folders in it, into a folder here.</summary>
    public string Copy(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = this[to, System.IO.Path.GetRelativePath(from, file)];
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return this[to];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

using System.IO.Compression;

namespace ServerlessInference.Tool.Packaging;

/// <summary>Writes zips that depend on names and contents alone: fixed times and modes, the order of the list.</summary>
internal static class DeterministicZip
{
    private const int RegularFile = 0x8000;

    // The earliest that a zip can say.
    private static readonly DateTimeOffset Time = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes a zip.</summary>
    public static async Task WriteAsync(IReadOnlyList<PackageFile> files, string path, CancellationToken cancellationToken)
    {
        await using var output = File.Create(path);
        using var zip = new ZipArchive(output, ZipArchiveMode.Create);
        foreach (var file in files)
        {
            var entry = zip.CreateEntry(file.Name, CompressionLevel.Optimal);
            entry.LastWriteTime = Time;
            entry.ExternalAttributes = (RegularFile | (int)FileModes.Of(file)) << 16;
            await using var content = File.OpenRead(file.Path);
            await using var target = entry.Open();
            await content.CopyToAsync(target, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Adds up what a zip has unzipped.</summary>
    /// <exception cref="UsageException">It is no zip.</exception>
    public static long UnzippedLength(string path)
    {
        try
        {
            using var zip = ZipFile.OpenRead(path);
            return zip.Entries.Sum(entry => entry.Length);
        }
        catch (Exception exception) when (exception is InvalidDataException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException($"--layer is '{path}', which is no zip: {exception.Message}");
        }
    }
}

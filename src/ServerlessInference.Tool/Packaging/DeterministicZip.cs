using System.IO.Compression;
using ServerlessInference.Tool.CommandLine;

namespace ServerlessInference.Tool.Packaging;

/// <summary>
/// Writes zip files whose bytes depend only on the names, contents and order of the files: times are fixed, and permissions are derived
/// from the contents.
/// </summary>
internal static class DeterministicZip
{
    private const int RegularFile = 0x8000;

    // The earliest time that a zip file can represent.
    private static readonly DateTimeOffset Time = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes a zip file.</summary>
    public static async Task WriteAsync(IReadOnlyList<PackageFile> files, string path, CancellationToken cancellationToken)
    {
        await using FileStream output = File.Create(path);
        using var zip = new ZipArchive(output, ZipArchiveMode.Create);
        foreach (PackageFile file in files)
        {
            ZipArchiveEntry entry = zip.CreateEntry(file.Name, CompressionLevel.Optimal);
            entry.LastWriteTime = Time;
            entry.ExternalAttributes = (RegularFile | (int)FileModes.Determine(file)) << 16;
            await using FileStream content = File.OpenRead(file.Path);
            await using Stream target = entry.Open();
            await content.CopyToAsync(target, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Returns the unzipped size of a zip file.</summary>
    /// <exception cref="UsageException">The file does not exist, or is not a zip file.</exception>
    public static long UnzippedLength(string path)
    {
        try
        {
            using ZipArchive zip = ZipFile.OpenRead(path);
            return zip.Entries.Sum(entry => entry.Length);
        }
        catch (Exception exception) when (exception is InvalidDataException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException($"--layer is '{path}', which is not a zip file: {exception.Message}");
        }
    }
}

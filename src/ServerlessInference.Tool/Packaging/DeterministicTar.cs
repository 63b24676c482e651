using System.Formats.Tar;
using System.IO.Compression;

namespace ServerlessInference.Tool.Packaging;

/// <summary>
/// Writes tar archives whose bytes depend only on the names, contents and order of the files: times and owners are fixed, and permissions
/// are derived from the contents.
/// </summary>
internal static class DeterministicTar
{
    /// <summary>The part of an archive that compression must save to be worth the time for decompression at every cold start.</summary>
    private const double WorthwhileSaving = 0.1;

    /// <summary>Writes an archive, compressed if that makes it considerably smaller.</summary>
    /// <returns>The suffix for its name.</returns>
    public static async Task<string> WriteAsync(IReadOnlyList<PackageFile> files, string path, CancellationToken cancellationToken)
    {
        await using (var compressed = new GZipStream(File.Create(path), CompressionLevel.Optimal))
        {
            await WriteAsync(files, compressed, cancellationToken).ConfigureAwait(false);
        }

        if (new FileInfo(path).Length <= files.Sum(file => file.Length) * (1 - WorthwhileSaving))
        {
            return ".tar.gz";
        }

        await using FileStream plain = File.Create(path);
        await WriteAsync(files, plain, cancellationToken).ConfigureAwait(false);
        return ".tar";
    }

    private static async Task WriteAsync(IReadOnlyList<PackageFile> files, Stream output, CancellationToken cancellationToken)
    {
        // The GNU format, since the pax headers of .NET contain the id of the writing process, which differs between runs.
        await using var tar = new TarWriter(output, TarEntryFormat.Gnu, leaveOpen: true);
        foreach (PackageFile file in files)
        {
            await using FileStream content = File.OpenRead(file.Path);
            var entry = new GnuTarEntry(TarEntryType.RegularFile, file.Name)
            {
                DataStream = content,
                ModificationTime = DateTimeOffset.UnixEpoch,
                AccessTime = DateTimeOffset.UnixEpoch,
                ChangeTime = DateTimeOffset.UnixEpoch,
                Mode = FileModes.Determine(file),
            };
            await tar.WriteEntryAsync(entry, cancellationToken).ConfigureAwait(false);
        }
    }
}

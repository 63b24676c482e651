using System.Formats.Tar;
using System.IO.Compression;

namespace ServerlessInference.Tool.Packaging;

/// <summary>Writes tar archives that depend on names and contents alone: fixed times, owners and modes, the order of the list.</summary>
internal static class DeterministicTar
{
    /// <summary>Compression has to save this part of an archive to be worth its time at every cold start.</summary>
    private const double WorthwhileSaving = 0.1;

    /// <summary>Writes an archive, compressed where that makes it markedly smaller.</summary>
    /// <returns>The suffix that its name needs.</returns>
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

        await using var plain = File.Create(path);
        await WriteAsync(files, plain, cancellationToken).ConfigureAwait(false);
        return ".tar";
    }

    private static async Task WriteAsync(IReadOnlyList<PackageFile> files, Stream output, CancellationToken cancellationToken)
    {
        // GNU's format: pax puts the writer's process id into its headers.
        await using var tar = new TarWriter(output, TarEntryFormat.Gnu, leaveOpen: true);
        foreach (var file in files)
        {
            await using var content = File.OpenRead(file.Path);
            var entry = new GnuTarEntry(TarEntryType.RegularFile, file.Name)
            {
                DataStream = content,
                ModificationTime = DateTimeOffset.UnixEpoch,
                AccessTime = DateTimeOffset.UnixEpoch,
                ChangeTime = DateTimeOffset.UnixEpoch,
                Mode = FileModes.Of(file),
            };
            await tar.WriteEntryAsync(entry, cancellationToken).ConfigureAwait(false);
        }
    }
}

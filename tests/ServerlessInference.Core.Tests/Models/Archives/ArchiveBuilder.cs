using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace ServerlessInference.Tests.Models.Archives;

/// <summary>Creates archives for tests.</summary>
internal static class ArchiveBuilder
{
    public static byte[] Tar(params (string Name, byte[] Content)[] files) =>
        Tar(writer =>
        {
            foreach ((string name, byte[] content) in files)
            {
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
            }
        });

    public static byte[] Tar(Action<TarWriter> write)
    {
        var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, leaveOpen: true))
        {
            write(writer);
        }

        return stream.ToArray();
    }

    public static byte[] Gzip(byte[] content)
    {
        var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return stream.ToArray();
    }

    public static byte[] Zip(params (string Name, byte[] Content)[] files) => Zip(0, files);

    public static byte[] Zip(int mode, params (string Name, byte[] Content)[] files)
    {
        var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8))
        {
            for (int i = 0; i < files.Length; i++)
            {
                ZipArchiveEntry entry =
                    zip.CreateEntry(files[i].Name, i % 2 == 0 ? CompressionLevel.Fastest : CompressionLevel.NoCompression);
                entry.ExternalAttributes = mode << 16;
                using Stream body = entry.Open();
                body.Write(files[i].Content);
            }
        }

        return stream.ToArray();
    }
}

using System.Formats.Tar;
using System.IO.Compression;

namespace ServerlessInference.S3.Tests;

/// <summary>Packs a model with its labels.</summary>
internal static class Archive
{
    public static byte[] Pack(string name, byte[] model) =>
        name.EndsWith("zip", StringComparison.Ordinal) ? Zip(model)
        : name.EndsWith("gz", StringComparison.Ordinal) ? Gzip(Tar(model))
        : Tar(model);

    private static byte[] Tar(byte[] model)
    {
        var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, leaveOpen: true))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "./model.onnx") { DataStream = new MemoryStream(model) });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "./labels.txt") { DataStream = new MemoryStream([65]) });
        }

        return stream.ToArray();
    }

    private static byte[] Gzip(byte[] content)
    {
        var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return stream.ToArray();
    }

    private static byte[] Zip(byte[] model)
    {
        var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in new[] { ("model.onnx", model), ("labels.txt", [65]) })
            {
                using Stream entry = zip.CreateEntry(name, CompressionLevel.Fastest).Open();
                entry.Write(content);
            }
        }

        return stream.ToArray();
    }
}

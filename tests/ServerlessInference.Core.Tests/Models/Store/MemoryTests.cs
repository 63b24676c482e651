using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using ServerlessInference.Tests.Models.Transfer;

namespace ServerlessInference.Tests.Models.Store;

/// <summary>Measures the memory and the disk space that loading a large model takes, in a separate process.</summary>
public sealed class MemoryTests
{
    private const int Mebibyte = 1024 * 1024;

    [Theory]
    [InlineData("model.onnx", "memory=true")]
    [InlineData("model.tar.gz", "memory=true&entry=model.onnx")]
    [InlineData("model.zip", "memory=true&entry=model.onnx")]
    public async Task Load_IntoMemory_UsesAtMostTenPercentMoreThanTheModel(string name, string settings)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "memory files exist on Linux only");
        byte[] content = TemporaryStore.Bytes(100 * Mebibyte, 5);
        await using var server = new FileServer();
        server.Files[name] = (Pack(name, content), "\"large\"");
        server.Files["small-" + name] = (Pack(name, content[..Mebibyte]), "\"small\"");
        (string Large, string Small) models = ($"{server.Address(name)}#{settings}", $"{server.Address("small-" + name)}#{settings}");

        // Each ratio must be within the bounds: only a few buffers are in memory besides the model, regardless of the load of the machine.
        double[] ratios = [await MeasureAsync(models, content), await MeasureAsync(models, content), await MeasureAsync(models, content)];
        string list = string.Join(", ", ratios.Select(ratio => ratio.ToString("0.000", CultureInfo.InvariantCulture)));
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {list} times the model");
        Assert.All(ratios, ratio => Assert.InRange(ratio, 1.0, 1.1));
    }

    [Fact]
    public async Task Load_ArchiveOf250MegabytesOnDiskOf300Megabytes_Fits()
    {
        byte[] content = TemporaryStore.Bytes(250_000_000, 6);
        await using var server = new FileServer();
        server.Files["model.tar.gz"] = (Pack("model.tar.gz", content), "\"1\"");
        using var store = new TemporaryStore();
        await using SmallDisk disk = await SmallDisk.MountAsync(store.Options.Root, "size=300000000");

        // If nothing can be mounted, a quota of the store replaces the small disk. The runtime ends a process whose managed heap exceeds
        // its limit.
        (string output, string error) = await StoreProcess.RunAsync(
            [server.Address("model.tar.gz"), store.Options.Root],
            ("DOTNET_GCHeapHardLimit", (64 * Mebibyte).ToString("x", CultureInfo.InvariantCulture)),
            ("SERVERLESS_INFERENCE_STORE_MAX_BYTES", disk.IsMounted ? string.Empty : "300000000"));

        Assert.True(output == Convert.ToHexStringLower(SHA256.HashData(content)), output + error);
    }

    private static async Task<double> MeasureAsync((string Large, string Small) models, byte[] content)
    {
        using var store = new TemporaryStore();
        (long peak, string? digest) = await LoadMemory.MeasureLoadAsync(models.Large, models.Small, store.Options.Root);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), digest);
        Assert.False(Directory.Exists(store.Options.Root));
        return peak / (double)content.Length;
    }

    private static byte[] Pack(string name, byte[] content)
    {
        if (name == "model.onnx")
        {
            return content;
        }

        var stream = new MemoryStream(content.Length + Mebibyte);
        if (name == "model.zip")
        {
            using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
            {
                using Stream entry = zip.CreateEntry("model.onnx", CompressionLevel.Fastest).Open();
                entry.Write(content);
            }

            return stream.ToArray();
        }

        using (var gzip = new GZipStream(stream, CompressionLevel.NoCompression, leaveOpen: true))
        using (var tar = new TarWriter(gzip))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "model.onnx") { DataStream = new MemoryStream(content) });
        }

        return stream.ToArray();
    }
}

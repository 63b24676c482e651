using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using ServerlessInference.Packages;
using ServerlessInference.Tests.Models.Store;
using ServerlessInference.Tests.Models.Transfer;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Packages;

/// <summary>What memory and what disk a large split package takes, in a process of its own.</summary>
public sealed class LargePackageTests
{
    private const int Mebibyte = 1024 * 1024;

    [Fact]
    public async Task LoadAsync_ArchiveOf250MegabytesOn300WithASmallOne_FitsInto64MebibytesOfHeap()
    {
        using var origin = new TestFolder();
        using var folder = new TestFolder();
        byte[] content = TemporaryStore.Bytes(250_000_000, 8);
        var manifest = new SplitPackageManifest
        {
            Archives =
            [
                await PackAsync(origin, "models/large", "large.tar.gz", content),
                await PackAsync(origin, "data", "small.tar.gz", content[..(5 * Mebibyte)]),
            ],
        };
        origin.Write("split-package.json", manifest.ToJson());
        await using SmallDisk disk = await SmallDisk.MountAsync(folder.Path, "size=300000000");

        // Where nothing can be mounted, a quota of the store stands for the small disk. The runtime ends a process whose managed heap
        // outgrows its limit.
        (string output, string error) = await StoreProcess.RunAsync(
            ["package:models/large", Path.Combine(folder.Path, "store")],
            ("SERVERLESS_INFERENCE_SPLIT_MANIFEST", Path.Combine(origin.Path, "split-package.json")),
            ("DOTNET_GCHeapHardLimit", (64 * Mebibyte).ToString("x", CultureInfo.InvariantCulture)),
            ("SERVERLESS_INFERENCE_STORE_MAX_BYTES", disk.IsMounted ? string.Empty : "300000000"));

        Assert.True(output == Convert.ToHexStringLower(SHA256.HashData(content)), output + error);
    }

    private static async Task<SplitPackageArchive> PackAsync(TestFolder folder, string mount, string name, byte[] content)
    {
        string path = Path.Combine(folder.Path, name);
        await using (var gzip = new GZipStream(File.Create(path), CompressionLevel.NoCompression))
        {
            await using var tar = new TarWriter(gzip, leaveOpen: true);
            await tar.WriteEntryAsync(
                new PaxTarEntry(TarEntryType.RegularFile, "model.onnx") { DataStream = new MemoryStream(content) },
                TestContext.Current.CancellationToken);
        }

        await using FileStream written = File.OpenRead(path);
        return new SplitPackageArchive
        {
            Mount = mount,
            Uri = name,
            Sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(written, TestContext.Current.CancellationToken)),
            Size = written.Length,
        };
    }
}

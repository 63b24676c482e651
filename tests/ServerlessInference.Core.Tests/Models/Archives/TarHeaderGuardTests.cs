using System.Formats.Tar;
using System.Globalization;
using System.Text;
using ServerlessInference.Models;
using ServerlessInference.Models.Archives;
using ServerlessInference.Models.Transfer;
using ServerlessInference.Tests.Models.Transfer;

namespace ServerlessInference.Tests.Models.Archives;

/// <summary>Tests with tar headers that would make a reader allocate memory without limit.</summary>
public sealed class TarHeaderGuardTests
{
    /// <summary>SERVERLESS_INFERENCE_FUZZ_MUTANTS sets how many archives are damaged, each with and without compression.</summary>
    private static readonly int FuzzedArchives = int.Parse(
        Environment.GetEnvironmentVariable("SERVERLESS_INFERENCE_FUZZ_MUTANTS") ?? "3000", CultureInfo.InvariantCulture);

    /// <summary>How many bytes the extraction of a small archive may allocate, given the largest metadata that is accepted.</summary>
    private const long MaxAllocated = 16 * 1024 * 1024;

    private static readonly byte[] Small = TemporaryStore.Bytes(700);

    public static TheoryData<char, bool> Metadata => new(from type in "xgLK" from gzip in new[] { false, true } select (type, gzip));

    [Theory]
    [MemberData(nameof(Metadata))]
    public async Task ExtractAsync_MetadataClaimsGigabytes_IsRejectedBeforeAllocation(char type, bool gzip)
    {
        byte[][] sizes =
        [
            TarBlocks.Octal(2_000_000_000),
            TarBlocks.Base256(2_000_000_000),
            TarBlocks.Base256(long.MaxValue),
            TarBlocks.Octal(TarHeaderGuard.MaxMetadataBytes + 1),
        ];
        foreach (byte[] size in sizes)
        {
            (Exception? thrown, long allocated) =
                await ExtractAsync(TarBlocks.Join(TarBlocks.File("a", Small), TarBlocks.Header("huge", type, size)), gzip);

            ModelLoadException rejected = Assert.IsType<ModelLoadException>(thrown);
            Assert.Contains($"'huge' at byte 1,536 (metadata of type '{type}') claims", rejected.Message, StringComparison.Ordinal);
            Assert.InRange(allocated, 0, MaxAllocated);
        }
    }

    [Theory]
    [InlineData("0000000001z\0")]
    [InlineData("00000\0000001")]
    [InlineData("000008")]
    [InlineData("-0000000001\0")]
    [InlineData("\u0081\0\0\0\0\0\0\0\0\0\0\u0001")]
    [InlineData("\u0080\u0001\0\0\0\0\0\0\0\0\0\u0001")]
    [InlineData("\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff")]
    public async Task ExtractAsync_MetadataSizeIsNotANumber_ReportsDamage(string size)
    {
        (Exception? thrown, _) = await ExtractAsync(TarBlocks.Join(TarBlocks.Header("odd\u0001", 'x', Encoding.Latin1.GetBytes(size))));

        Assert.Contains(
            "'odd?' of the archive at byte 0 (metadata of type 'x') has a size that is not a number",
            Assert.IsType<CorruptContentException>(thrown).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0)] // a letter of the first name
    [InlineData(1024, TarBlocks.SizeAt + 10)]
    [InlineData(1024, TarBlocks.ChecksumAt + 2)]
    [InlineData(1024, 400)] // a byte that nothing uses
    public async Task ExtractAsync_OneBitOfAHeaderDiffers_ReportsDamage(int header, int at)
    {
        byte[] archive = TarBlocks.Join(TarBlocks.File("a", [1, 2]), TarBlocks.File("b", [3]));
        archive[header + at] ^= 1;

        (Exception? thrown, _) = await ExtractAsync(archive);

        Assert.Equal(
            $"The header at byte {header:N0} of the archive does not have the checksum that it states: the archive is damaged.",
            Assert.IsType<CorruptContentException>(thrown).Message);
    }

    [Fact]
    public async Task ExtractAsync_HeaderWithoutAChecksum_DoesNotEndTheArchive()
    {
        byte[] second = TarBlocks.File("b", [3]);
        second.AsSpan(TarBlocks.ChecksumAt, TarBlocks.ChecksumLength).Clear();

        (Exception? thrown, _) = await ExtractAsync(TarBlocks.Join(TarBlocks.File("a", [1]), second));

        Assert.IsType<CorruptContentException>(thrown);
    }

    [Fact]
    public async Task ExtractAsync_SizeInExtendedHeader_AppliesOnlyToTheNextFile()
    {
        byte[] size = TarBlocks.Metadata('x', TarBlocks.Record("size", "700"));
        byte[] content = [.. Small, .. new byte[TarBlocks.Size - (Small.Length % TarBlocks.Size)]];
        byte[] huge = TarBlocks.Header("huge", 'L', TarBlocks.Octal(2_000_000_000));

        // The header of the file has the size 0, but pax overrides it with 700. The next header must be found where the reader finds it.
        (Exception? thrown, _) = await ExtractAsync(TarBlocks.Join(size, TarBlocks.Header("a", '0', TarBlocks.Octal(0)), content, huge));
        Assert.Contains("'huge' at byte 2,560", Assert.IsType<ModelLoadException>(thrown).Message, StringComparison.Ordinal);

        foreach (char type in "xgLK")
        {
            (thrown, long allocated) = await ExtractAsync(TarBlocks.Join(
                TarBlocks.Metadata('x', TarBlocks.Record("size", "2000000000")), TarBlocks.Header("next", type, TarBlocks.Octal(3))));
            Assert.Contains("'next' at byte 1,024", Assert.IsType<ModelLoadException>(thrown).Message, StringComparison.Ordinal);
            Assert.InRange(allocated, 0, MaxAllocated);
        }
    }

    [Fact]
    public async Task ExtractAsync_EndlessMetadata_IsRejected()
    {
        byte[] comment = TarBlocks.Metadata('g', TarBlocks.Record("comment", "none"));
        (Exception? thrown, _) = await ExtractAsync(TarBlocks.Join([.. Enumerable.Repeat(comment, TarHeaderGuard.MaxMetadataInARow + 1)]));

        Assert.Contains(
            "follows other metadata where a file was expected",
            Assert.IsType<ModelLoadException>(thrown).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExtractAsync_LargestAcceptedMetadata_AllocatesAFewMegabytes()
    {
        string path = new('n', 200);
        var records = new List<byte>(TarBlocks.Record("path", path));
        for (int i = 0; records.Count < TarHeaderGuard.MaxMetadataBytes - 32; i++)
        {
            records.AddRange(TarBlocks.Record(i.ToString("x", CultureInfo.InvariantCulture), string.Empty));
        }

        (Exception? thrown, long allocated) =
            await ExtractAsync(TarBlocks.Join(TarBlocks.Metadata('x', [.. records]), TarBlocks.File("a", Small)));

        Assert.Null(thrown);
        Assert.InRange(allocated, 0, 8 * MaxAllocated);
    }

    [Fact]
    public async Task ExtractAsync_SparseFile_IsRejected()
    {
        byte[] sparse = TarBlocks.Metadata(
            'x', [.. TarBlocks.Record("GNU.sparse.major", "1"), .. TarBlocks.Record("GNU.sparse.minor", "0")]);
        (Exception? thrown, _) = await ExtractAsync(TarBlocks.Join(sparse, TarBlocks.File("a", Small)));

        Assert.Contains("'a' is a sparse file", Assert.IsType<ModelLoadException>(thrown).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExtractAsync_TooManyFolders_AreRejected()
    {
        byte[][] folders = [.. Enumerable.Range(0, 9 * 1_000).Select(i => TarBlocks.Header($"folder-{i}/", '5', TarBlocks.Octal(0)))];
        (Exception? thrown, _) = await ExtractAsync(TarBlocks.Join(folders));

        Assert.Contains("exceeds the 8,000 names", Assert.IsType<ModelLoadException>(thrown).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExtractAsync_RandomDamage_ThrowsOnlyModelLoadExceptionAndAllocatesLittle()
    {
        var random = new Random(7);
        byte[] intact = CreateSpecimen();
        long maxAllocated = 0;
        int harmless = 0;
        foreach (bool gzip in new[] { false, true })
        {
            for (int i = 0; i < FuzzedArchives; i++)
            {
                byte[] archive = [.. intact];
                for (int change = random.Next(1, 6); change > 0; change--)
                {
                    Damage(archive, random);
                }

                (Exception? thrown, long allocated) =
                    await ExtractAsync(archive[..(random.Next(4) == 0 ? random.Next(archive.Length) : archive.Length)], gzip);
                Assert.True(thrown is null or ModelLoadException, $"round {i}: {thrown}");
                Assert.True(allocated < MaxAllocated, $"round {i} allocated {allocated:N0} bytes");
                maxAllocated = Math.Max(maxAllocated, allocated);
                harmless += thrown is null ? 1 : 0;
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{2 * FuzzedArchives} archives, {harmless} of them extracted, at most {maxAllocated:N0} bytes allocated");
        Assert.InRange(harmless, 1, FuzzedArchives); // some archives survive the damage, but not most of them
    }

    private static byte[] CreateSpecimen() => ArchiveBuilder.Tar(writer =>
    {
        writer.WriteEntry(new PaxGlobalExtendedAttributesTarEntry(new Dictionary<string, string> { ["comment"] = "all" }));
        writer.WriteEntry(
            new PaxTarEntry(TarEntryType.RegularFile, new string('p', 150) + "/model.onnx") { DataStream = new MemoryStream(Small) });
        writer.WriteEntry(
            new GnuTarEntry(TarEntryType.RegularFile, new string('g', 150) + "/labels.txt") { DataStream = new MemoryStream(Small) });
        writer.WriteEntry(new UstarTarEntry(TarEntryType.Directory, "folder/"));
        writer.WriteEntry(new V7TarEntry(TarEntryType.V7RegularFile, "old.txt") { DataStream = new MemoryStream(Small) });
    });

    // Half of the changes are made to a header, whose checksum is then corrected. Otherwise the reader would never look any further.
    private static void Damage(byte[] archive, Random random)
    {
        byte value = random.Next(3) switch
        {
            0 => (byte)random.Next(256),
            1 => (byte)"xgLK0125S"[random.Next(9)],
            _ => (byte)('0' + random.Next(8)),
        };
        if (random.Next(2) == 0)
        {
            archive[random.Next(archive.Length)] = value;
            return;
        }

        byte[] header = archive.AsSpan(random.Next(archive.Length / TarBlocks.Size) * TarBlocks.Size, TarBlocks.Size).ToArray();
        int block = random.Next(archive.Length / TarBlocks.Size) * TarBlocks.Size; // usually the block of another entry
        switch (random.Next(4))
        {
            case 0:
                header[TarBlocks.SizeAt + random.Next(TarBlocks.SizeLength)] = value;
                break;
            case 1:
                TarBlocks.Base256(random.NextInt64()).CopyTo(header, TarBlocks.SizeAt);
                break;
            case 2:
                header[156] = value;
                break;
            default:
                header[random.Next(TarBlocks.Size)] = value;
                break;
        }

        TarBlocks.Sign(header).CopyTo(archive, block);
    }

    private static async Task<(Exception? Thrown, long Allocated)> ExtractAsync(byte[] archive, bool gzip = false)
    {
        using var source = new MemoryStream(gzip ? ArchiveBuilder.Gzip(archive) : archive);
        using var files = new MemoryFiles();
        var writer = new EntryWriter("the archive", new ExtractionLimits(null, MaxBytes: 64 * 1024, MaxFiles: 1_000), files);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Task extraction = TarExtractor.ExtractAsync(source, gzip, writer, TestContext.Current.CancellationToken);
        Assert.True(extraction.IsCompleted); // it completed synchronously, so this thread has made all allocations
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return (await Record.ExceptionAsync(() => extraction), allocated);
    }
}

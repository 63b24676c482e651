using System.Formats.Tar;
using System.Text;
using ServerlessInference.Models.Archives;
using ServerlessInference.Models.Transfer;
using ServerlessInference.Tests.Models.Transfer;

namespace ServerlessInference.Tests.Models.Archives;

/// <summary>Headers of tar archives that claim what would make a reader take memory without end.</summary>
public sealed class TarHeaderGuardTests
{
    private const int Fuzzed = 3_000;

    /// <summary>What extraction of a small archive may allocate, with a metadata entry of the largest size that is taken.</summary>
    private const long MostAllocated = 16 * 1024 * 1024;

    private static readonly byte[] Small = TemporaryStore.Bytes(700);

    public static TheoryData<char, bool> Metadata => new(from type in "xgLK" from gzip in new[] { false, true } select (type, gzip));

    [Theory]
    [MemberData(nameof(Metadata))]
    public async Task ExtractAsync_MetadataThatClaimsGigabytes_IsRefusedBeforeItIsAllocated(char type, bool gzip)
    {
        foreach (byte[] size in new[] { TarBlocks.Octal(2_000_000_000), TarBlocks.Base256(2_000_000_000), TarBlocks.Base256(long.MaxValue), TarBlocks.Octal(TarHeaderGuard.MaxMetadataBytes + 1) })
        {
            (Exception? thrown, long allocated) = await ExtractAsync(TarBlocks.Join(TarBlocks.File("a", Small), TarBlocks.Header("huge", type, size)), gzip);

            ModelLoadException refused = Assert.IsType<ModelLoadException>(thrown);
            Assert.Contains($"'huge' at byte 1,536 (metadata of the kind '{type}') claims", refused.Message, StringComparison.Ordinal);
            Assert.InRange(allocated, 0, MostAllocated);
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
    public async Task ExtractAsync_MetadataSizeThatIsNoNumber_IsDamage(string size)
    {
        (Exception? thrown, _) = await ExtractAsync(TarBlocks.Join(TarBlocks.Header("odd\u0001", 'x', Encoding.Latin1.GetBytes(size))));

        Assert.Contains("'odd?' of the archive at byte 0 (metadata of the kind 'x') has a size that is no number", Assert.IsType<CorruptContentException>(thrown).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExtractAsync_SizeInAnExtendedHeader_BelongsToTheFileBehindItAlone()
    {
        byte[] size = TarBlocks.Metadata('x', TarBlocks.Record("size", "700"));
        byte[] content = [.. Small, .. new byte[TarBlocks.Size - (Small.Length % TarBlocks.Size)]];
        byte[] huge = TarBlocks.Header("huge", 'L', TarBlocks.Octal(2_000_000_000));

        // The header of the file says 0, the reader takes the 700 of pax: what follows must be looked at where the reader reads it.
        (Exception? thrown, _) = await ExtractAsync(TarBlocks.Join(size, TarBlocks.Header("a", '0', TarBlocks.Octal(0)), content, huge));
        Assert.Contains("'huge' at byte 2,560", Assert.IsType<ModelLoadException>(thrown).Message, StringComparison.Ordinal);

        foreach (char type in "xgLK")
        {
            (thrown, long allocated) = await ExtractAsync(TarBlocks.Join(
                TarBlocks.Metadata('x', TarBlocks.Record("size", "2000000000")), TarBlocks.Header("next", type, TarBlocks.Octal(3))));
            Assert.Contains("'next' at byte 1,024", Assert.IsType<ModelLoadException>(thrown).Message, StringComparison.Ordinal);
            Assert.InRange(allocated, 0, MostAllocated);
        }
    }

    [Fact]
    public async Task ExtractAsync_MetadataWithoutEnd_IsRefused()
    {
        byte[] comment = TarBlocks.Metadata('g', TarBlocks.Record("comment", "none"));
        (Exception? thrown, _) = await ExtractAsync(TarBlocks.Join([.. Enumerable.Repeat(comment, TarHeaderGuard.MaxMetadataInARow + 1)]));

        Assert.Contains("stands behind other metadata where a file belongs", Assert.IsType<ModelLoadException>(thrown).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExtractAsync_LargestMetadataThatIsTaken_AllocatesSomeMegabytes()
    {
        string path = new('n', 200);
        var records = new List<byte>(TarBlocks.Record("path", path));
        for (int i = 0; records.Count < TarHeaderGuard.MaxMetadataBytes - 32; i++)
        {
            records.AddRange(TarBlocks.Record(i.ToString("x", System.Globalization.CultureInfo.InvariantCulture), string.Empty));
        }

        (Exception? thrown, long allocated) = await ExtractAsync(TarBlocks.Join(TarBlocks.Metadata('x', [.. records]), TarBlocks.File("a", Small)));

        Assert.Null(thrown);
        Assert.InRange(allocated, 0, 8 * MostAllocated);
    }

    [Fact]
    public async Task ExtractAsync_SparseFile_IsRefused()
    {
        byte[] sparse = TarBlocks.Metadata('x', [.. TarBlocks.Record("GNU.sparse.major", "1"), .. TarBlocks.Record("GNU.sparse.minor", "0")]);
        (Exception? thrown, _) = await ExtractAsync(TarBlocks.Join(sparse, TarBlocks.File("a", Small)));

        Assert.Contains("'a' is packed without its holes (sparse)", Assert.IsType<ModelLoadException>(thrown).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExtractAsync_FoldersWithoutEnd_AreRefused()
    {
        byte[][] folders = [.. Enumerable.Range(0, 9 * 1_000).Select(i => TarBlocks.Header($"folder-{i}/", '5', TarBlocks.Octal(0)))];
        (Exception? thrown, _) = await ExtractAsync(TarBlocks.Join(folders));

        Assert.Contains("is one more than the 8,000 names", Assert.IsType<ModelLoadException>(thrown).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExtractAsync_RandomDamage_GivesNothingButOurErrorAndTakesLittleMemory()
    {
        var random = new Random(7);
        byte[] whole = Specimen();
        long most = 0;
        int harmless = 0;
        foreach (bool gzip in new[] { false, true })
        {
            for (int i = 0; i < Fuzzed; i++)
            {
                byte[] archive = [.. whole];
                for (int change = random.Next(1, 6); change > 0; change--)
                {
                    Damage(archive, random);
                }

                (Exception? thrown, long allocated) = await ExtractAsync(archive[..(random.Next(4) == 0 ? random.Next(archive.Length) : archive.Length)], gzip);
                Assert.True(thrown is null or ModelLoadException, $"round {i}: {thrown}");
                Assert.True(allocated < MostAllocated, $"round {i} allocated {allocated:N0} bytes");
                most = Math.Max(most, allocated);
                harmless += thrown is null ? 1 : 0;
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{2 * Fuzzed} archives, {harmless} of them extracted, {most:N0} bytes allocated at most");
        Assert.InRange(harmless, 1, Fuzzed); // the damage hurts, but not always
    }

    private static byte[] Specimen() => ArchiveBuilder.Tar(writer =>
    {
        writer.WriteEntry(new PaxGlobalExtendedAttributesTarEntry(new Dictionary<string, string> { ["comment"] = "all" }));
        writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, new string('p', 150) + "/model.onnx") { DataStream = new MemoryStream(Small) });
        writer.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, new string('g', 150) + "/labels.txt") { DataStream = new MemoryStream(Small) });
        writer.WriteEntry(new UstarTarEntry(TarEntryType.Directory, "folder/"));
        writer.WriteEntry(new V7TarEntry(TarEntryType.V7RegularFile, "old.txt") { DataStream = new MemoryStream(Small) });
    });

    // Half of the changes are to a header, whose checksum is then made right again: otherwise nothing else would ever be looked at.
    private static void Damage(byte[] archive, Random random)
    {
        byte value = random.Next(3) switch { 0 => (byte)random.Next(256), 1 => (byte)"xgLK0125S"[random.Next(9)], _ => (byte)('0' + random.Next(8)) };
        if (random.Next(2) == 0)
        {
            archive[random.Next(archive.Length)] = value;
            return;
        }

        byte[] header = archive.AsSpan(random.Next(archive.Length / TarBlocks.Size) * TarBlocks.Size, TarBlocks.Size).ToArray();
        int block = random.Next(archive.Length / TarBlocks.Size) * TarBlocks.Size; // often that of another entry
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
        var writer = new EntryWriter("the archive", new RemoteModelOptions { MaxBytes = 64 * 1024 }, files);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Task extraction = TarExtractor.ExtractAsync(source, gzip, writer, TestContext.Current.CancellationToken);
        Assert.True(extraction.IsCompleted); // so everything was allocated by this thread
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return (await Record.ExceptionAsync(() => extraction), allocated);
    }
}

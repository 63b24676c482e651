using System.Buffers.Binary;
using System.Formats.Tar;
using System.Security.Cryptography;
using ServerlessInference.Models;
using ServerlessInference.Models.Transfer;
using ServerlessInference.Tests.Models.Transfer;

namespace ServerlessInference.Tests.Models.Archives;

public sealed class ExtractionTests : IDisposable
{
    private static readonly byte[] Model = TemporaryStore.Bytes((3 * 1024 * 1024) + 11);
    private static readonly (string Name, byte[] Content)[] Files =
        [("./model.onnx", Model), ("labels.txt", "cat\ndog\n"u8.ToArray()), ("./code/inference.py", [32])];

    private readonly TemporaryStore _store = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _store.Dispose();

    public static TheoryData<string> Kinds => new("model.tar", "model.tar.gz", "model.tgz", "model.zip");

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task LoadAsync_Archive_ReturnsExactlyItsFiles(string name)
    {
        using ModelArtifact artifact = await LoadAsync(name, Pack(name, Files));

        Assert.Equal(
            ["code/inference.py", "labels.txt", "model.onnx"], artifact.Files.Select(file => file.Name).Order(StringComparer.Ordinal));
        Assert.Equal(Model, artifact.GetModelFile().ReadAllBytes().ToArray());
        Assert.Empty(_store.Staged);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task LoadAsync_ArchiveInMemory_ReturnsItsFiles(string name)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "memory files exist on Linux only");
        using ModelArtifact artifact =
            await LoadAsync(name, Pack(name, Files), new RemoteModelOptions { InMemory = true, Entry = "model.onnx" });

        Assert.Equal("model.onnx", Assert.Single(artifact.Files).Name);
        Assert.Equal(Model, artifact.GetModelFile().ReadAllBytes().ToArray());
        Assert.False(Directory.Exists(_store.Options.Root));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task LoadAsync_FolderInArchive_IsRemovedFromNames(string name)
    {
        using ModelArtifact artifact =
            await LoadAsync(name, Pack(name, ("resnet/model.onnx", Model), ("resnet/labels.txt", [65]), ("code/x.py", [66])));

        Assert.True(artifact.TryGetFile("labels.txt", out _));
        Assert.True(artifact.TryGetFile("model.onnx", out _));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task LoadAsync_NamesAmbiguousWithoutTheirFolder_KeepIt(string name)
    {
        (string, byte[])[] files = [("resnet/model.onnx", [1]), ("resnet/code/x.py", [2]), ("code/x.py", [3])];
        using ModelArtifact stored = await LoadAsync(name, Pack(name, files));
        Assert.Equal(
            ["code/x.py", "resnet/code/x.py", "resnet/model.onnx"], stored.Files.Select(file => file.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("/etc/passwd", "is an absolute path")]
    [InlineData("a/../../etc/passwd", "leads out of its folder with '..'")]
    [InlineData("a\\..\\b", "contains a backslash")]
    [InlineData("C:/x", "is an absolute path")]
    public async Task LoadAsync_NameLeadsOutOfFolder_IsRejected(string entry, string expected)
    {
        foreach (string name in new[] { "x.tar", "x.zip" })
        {
            ModelLoadException exception = await RejectedAsync(name, Pack(name, ("model.onnx", Model), (entry, [1])));
            Assert.Contains($"'{entry}' {expected}", exception.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task LoadAsync_MaxFilesPlusSkippedFiles_IsAccepted(string name)
    {
        (string, byte[])[] files = [("model.onnx", Model), .. Enumerable.Range(0, 5).Select(i => ($"__MACOSX/._{i}", new byte[] { 1 }))];
        using ModelArtifact artifact = await LoadAsync(name, Pack(name, files), new RemoteModelOptions { MaxFiles = 1 });

        Assert.Equal("model.onnx", Assert.Single(artifact.Files).Name);
    }

    [Theory]
    [InlineData("x.tar")]
    [InlineData("x.zip")]
    public async Task LoadAsync_DuplicateOrTooLongNames_AreRejected(string name)
    {
        Assert.Contains(
            "'b' occurs twice", (await RejectedAsync(name, Pack(name, ("b", [1]), ("b", [2])))).Message, StringComparison.Ordinal);
        Assert.Contains(
            "'./b' occurs twice", (await RejectedAsync(name, Pack(name, ("b", [1]), ("./b", [2])))).Message, StringComparison.Ordinal);
        Assert.Contains(
            "is in 'b', which is a file",
            (await RejectedAsync(name, Pack(name, ("b", [1]), ("b/c", [2])))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "is both a file and a folder",
            (await RejectedAsync(name, Pack(name, ("b/c", [1]), ("b", [2])))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "longer than 255 bytes",
            (await RejectedAsync(name, Pack(name, (new string('n', 256), [1])))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "longer than 1,024 bytes",
            (await RejectedAsync(name, Pack(name, (string.Join('/', Enumerable.Repeat("nnnnnnn", 140)), [1])))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    [InlineData(TarEntryType.CharacterDevice)]
    [InlineData(TarEntryType.BlockDevice)]
    [InlineData(TarEntryType.Fifo)]
    public async Task LoadAsync_TarWithSpecialEntry_IsRejected(TarEntryType type)
    {
        byte[] tar = ArchiveBuilder.Tar(writer =>
        {
            var entry = new PaxTarEntry(type, "odd");
            if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
            {
                entry.LinkName = "/etc/passwd";
            }

            writer.WriteEntry(entry);
        });

        Assert.Contains(
            $"'odd' is neither a file nor a folder, but has the type {type}",
            (await RejectedAsync("x.tar", tar)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0xA1FF, "is a symbolic link")]
    [InlineData(0x21FF, "is neither a file nor a folder")]
    public async Task LoadAsync_ZipWithSpecialEntry_IsRejected(int mode, string expected) =>
        Assert.Contains(
            $"'odd' {expected}", (await RejectedAsync("x.zip", ArchiveBuilder.Zip(mode, ("odd", [1])))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("x.tar.gz")]
    [InlineData("x.zip")]
    public async Task LoadAsync_LargerThanMaxBytes_IsRejected(string name)
    {
        byte[] archive = Pack(name, ("a", new byte[140_000]), ("b", [1]), ("c", new byte[70_000]));
        ModelLoadException exception = await RejectedAsync(name, archive, new RemoteModelOptions { MaxBytes = 200_000 });

        Assert.Contains(
            "'c' would make the model 210,001 bytes large; MaxBytes allows 200,000", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_SkippedFileLargerThanMaxBytes_IsRejected()
    {
        byte[] archive = Pack("x.tar.gz", ("model.onnx", [1]), ("._model.onnx", new byte[300_000]));
        ModelLoadException exception = await RejectedAsync("x.tar.gz", archive, new RemoteModelOptions { MaxBytes = 200_000 });

        Assert.Contains("'._model.onnx' would make the model 300,001 bytes large", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_TotalSizeOverflows_IsRejected()
    {
        byte[] header = TarBlocks.Header("b", '0', TarBlocks.Base256(long.MaxValue - 500));
        byte[] tar = [.. TarBlocks.File("a", new byte[1000]), .. header, .. new byte[100_000]];

        Assert.Contains("'b' would make the model", (await RejectedAsync("x.tar", tar)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task LoadAsync_TooManyFiles_IsRejected(string name) =>
        Assert.Contains(
            "exceeds the 2 files",
            (await RejectedAsync(name, Pack(name, ("a", [1]), ("b", [2]), ("c", [3])), new RemoteModelOptions { MaxFiles = 2 })).Message,
            StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task LoadAsync_TruncatedArchive_IsRejected(string name)
    {
        byte[] archive = Pack(name, Files);
        Assert.IsType<CorruptContentException>(await RejectedAsync(name, archive[..(archive.Length / 2)]));
    }

    [Fact]
    public async Task LoadAsync_ZipWithFlippedBit_IsRejected()
    {
        byte[] zip = ArchiveBuilder.Zip(("small", [1]), ("model.onnx", Model));
        zip[zip.Length / 2] ^= 1;
        Assert.Contains("'model.onnx'", (await RejectedAsync("x.zip", zip)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_ZipWithOverlappingEntries_IsRejected()
    {
        byte[] zip = ArchiveBuilder.Zip(("a", new byte[1000]), ("b", new byte[1000]));

        // The second entry of the directory is changed to point to the bytes of the first one.
        int directory = BinaryPrimitives.ReadInt32LittleEndian(zip.AsSpan(zip.Length - 6));
        int second = directory + 46 + 1 + BinaryPrimitives.ReadUInt16LittleEndian(zip.AsSpan(directory + 30));
        BinaryPrimitives.WriteInt32LittleEndian(zip.AsSpan(second + 42), 0);

        Assert.Contains("overlaps another entry", (await RejectedAsync("x.zip", zip)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_FileModes_AreKeptWithoutSpecialBits()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no Unix file modes");
            return;
        }

        byte[] tar = ArchiveBuilder.Tar(writer => writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "lib.so")
        {
            DataStream = new MemoryStream([1]),
            Mode = UnixFileMode.UserExecute | UnixFileMode.UserRead | UnixFileMode.SetUser,
        }));
        using ModelArtifact artifact = await LoadAsync("x.tar", tar);

        Assert.Equal(UnixFileMode.UserExecute | UnixFileMode.UserRead, File.GetUnixFileMode(artifact.Files.First().PhysicalPath!));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task LoadAsync_SpaceForTheModelAlone_IsEnough(string name)
    {
        // The bytes of the model are random, so the archive is as large as the model, and there is no space for both.
        _store.Options.MaxBytes = Model.Length + 1_200_000;
        using (ModelArtifact artifact = await LoadAsync(name, Pack(name, ("model.onnx", Model))))
        {
            Assert.Equal(Model, artifact.GetModelFile().ReadAllBytes().ToArray());
        }

        _store.Options.MaxBytes = Model.Length;
        ModelLoadException exception =
            await Assert.ThrowsAsync<ModelLoadException>(() => LoadAsync(name, Pack(name, ("other.onnx", Model))));
        Assert.Contains("needs 3.1 MB more", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_ZipWithoutRanges_SuggestsTarGz()
    {
        ModelLoadException exception =
            await Assert.ThrowsAsync<ModelLoadException>(() => LoadAsync("x.zip", Pack("x.zip", Files), ranges: false));
        Assert.Contains("Pack the model as tar.gz", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_TarGzipWithoutRanges_IsExtracted()
    {
        using ModelArtifact artifact = await LoadAsync("x.tar.gz", Pack("x.tar.gz", Files), ranges: false);
        Assert.Equal(Model, artifact.GetModelFile().ReadAllBytes().ToArray());
    }

    private static byte[] Pack(string name, params (string Name, byte[] Content)[] files) =>
        name.EndsWith("zip", StringComparison.Ordinal) ? ArchiveBuilder.Zip(files)
        : name.EndsWith("gz", StringComparison.Ordinal) ? ArchiveBuilder.Gzip(ArchiveBuilder.Tar(files))
        : ArchiveBuilder.Tar(files);

    private Task<ModelArtifact> LoadAsync(string name, byte[] archive, RemoteModelOptions? options = null, bool ranges = true) =>
        new RemoteModelSource(
            new FakeModel(new FakeObject(name, archive, Convert.ToHexString(SHA256.HashData(archive)), ranges: ranges)),
            options,
            _store.Options)
            .LoadAsync(Token).AsTask();

    private async Task<ModelLoadException> RejectedAsync(string name, byte[] archive, RemoteModelOptions? options = null)
    {
        ModelLoadException exception = await Assert.ThrowsAnyAsync<ModelLoadException>(() => LoadAsync(name, archive, options));
        Assert.Empty(_store.Published);
        return exception;
    }
}

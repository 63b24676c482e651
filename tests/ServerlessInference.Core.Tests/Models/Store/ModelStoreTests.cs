using ServerlessInference.Models;
using ServerlessInference.Models.Store;
using ServerlessInference.Models.Transfer;
using ServerlessInference.Tests.Models.Transfer;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Models.Store;

public sealed class ModelStoreTests : IDisposable
{
    private const int Size = 2 * 1024 * 1024;

    private readonly TemporaryStore _store = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Load_NotEnoughSpace_DeletesTheLeastRecentlyUsedModel()
    {
        _store.Options.MaxBytes = (3 * Size) + 100_000;
        string first = await LoadAndReleaseAsync("v1");
        string second = await LoadAndReleaseAsync("v2");
        await LoadAndReleaseAsync("v1"); // now v2 is the least recently used one
        string third = await LoadAndReleaseAsync("v3");

        Assert.True(File.Exists(first));
        Assert.False(File.Exists(second));
        Assert.True(File.Exists(third));
    }

    [Fact]
    public async Task Load_NotEnoughSpaceAndAllInUse_ReportsSizesAndSetting()
    {
        _store.Options.MaxBytes = (2 * Size) + 100_000;
        using ModelArtifact used = await LoadAsync("v1");
        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(() => LoadAsync("v2"));

        Assert.Contains("needs 2.1 MB more", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Raise ServerlessInference:Store:MaxBytes", exception.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(used.GetModelFile().PhysicalPath));
    }

    [Fact]
    public async Task Load_LockIsReleasedLate_WaitsForIt()
    {
        string path = await LoadAndReleaseAsync("v1");
        File.Delete(path);
        var folders = new StoreFolders(_store.Options.Root);
        var time = new ObservedTimeProvider();

        // A process that is just being started holds the lock as well, because it inherits the open files of its parent.
        Task<ModelArtifact> load;
        using (FileLock.TryAcquireExclusive(folders.GetUseLock(Path.GetFileName(Assert.Single(_store.Published)))))
        {
            load = LoadAsync("v1", time);
            await time.WaitForTimerAsync(TimeSpan.FromMilliseconds(5)); // the first pause between two attempts
        }

        time.Advance(TimeSpan.FromSeconds(1));
        using ModelArtifact again = await load;
        Assert.Equal(Size, again.GetModelFile().ReadAllBytes().Length);
    }

    [Fact]
    public async Task Load_LockIsHeldByAnotherProgram_SaysSo()
    {
        await File.WriteAllBytesAsync(await LoadAndReleaseAsync("v1"), [1], Token);
        string key = Path.GetFileName(Assert.Single(_store.Published));
        using FileLock? foreign = FileLock.TryAcquireExclusive(new StoreFolders(_store.Options.Root).GetUseLock(key));
        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(() => LoadAsync("v1"));

        Assert.Contains("is held by something other than this library", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"format":1,"source":"s","version":"v","files":[null]}""")]
    [InlineData("""{"format":1,"source":"s","version":"v","files":[{"length":1}]}""")]
    [InlineData("""{"format":1,"source":"s","version":"v","files":[{"name":"model.onnx","length":-1}]}""")]
    [InlineData("""{"format":1,"source":"s","version":null,"files":[{"name":"model.onnx","length":2097152}]}""")]
    [InlineData("""{"format":1}""")]
    [InlineData("null")]
    public async Task Load_MarkerWithMissingValues_IsDownloadedAgain(string marker)
    {
        string path = await LoadAndReleaseAsync("v1");
        await File.WriteAllTextAsync(Path.Combine(Assert.Single(_store.Published), StoreManifest.FileName), marker, Token);

        using ModelArtifact again = await LoadAsync("v1");

        Assert.Equal(path, again.GetModelFile().PhysicalPath);
        Assert.Equal(Size, again.GetModelFile().ReadAllBytes().Length);
    }

    [Fact]
    public async Task Load_DamagedFile_IsDownloadedAgain()
    {
        string path = await LoadAndReleaseAsync("v1");
        await File.WriteAllBytesAsync(path, [1, 2, 3], Token);
        using ModelArtifact again = await LoadAsync("v1");

        Assert.Equal(Size, again.GetModelFile().ReadAllBytes().Length);
    }

    [Theory]
    [InlineData("{ half")]
    [InlineData("null")]
    [InlineData("{\"format\":1}")]
    [InlineData("{\"format\":99,\"source\":\"\",\"version\":\"\",\"files\":[]}")]
    public async Task Load_InvalidManifest_IsDownloadedAgain(string manifest)
    {
        await LoadAndReleaseAsync("v1");
        await File.WriteAllTextAsync(Path.Combine(Assert.Single(_store.Published), "manifest.json"), manifest, Token);
        using ModelArtifact again = await LoadAsync("v1");

        Assert.Equal(Size, again.GetModelFile().ReadAllBytes().Length);
    }

    [Fact]
    public async Task Load_UnreadableManifest_IsDownloadedAgain()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux(), "this test needs a file that can be listed but not read, which is available on Linux only");
        await LoadAndReleaseAsync("v1");
        string manifest = Path.Combine(Assert.Single(_store.Published), "manifest.json");
        File.Delete(manifest);
        File.CreateSymbolicLink(manifest, "/proc/self/mem");
        using ModelArtifact again = await LoadAsync("v1");

        Assert.Equal(Size, again.GetModelFile().ReadAllBytes().Length);
    }

    [Fact]
    public async Task Load_AbandonedStagingFolder_IsDeleted()
    {
        string stale = Path.Combine(_store.Options.Root, "staging", "0123");
        string recent = Path.Combine(_store.Options.Root, "staging", "4567");
        Directory.CreateDirectory(stale);
        Directory.CreateDirectory(recent);
        Directory.SetLastWriteTimeUtc(stale, DateTime.UnixEpoch);
        await LoadAndReleaseAsync("v1");

        Assert.Equal([recent], _store.Staged);
    }

    [Fact]
    public async Task Load_NotEnoughSpaceAndClockSetBack_DeletesStagingFolder()
    {
        string later = Path.Combine(_store.Options.Root, "staging", "0123");
        Directory.CreateDirectory(later);
        await File.WriteAllBytesAsync(Path.Combine(later, "0.plan"), new byte[Size], Token);
        var time = new FakeTimeProvider();
        _store.Options.MaxBytes = (2 * Size) + 100_000;
        using ModelArtifact artifact = await LoadAsync("v1", time);

        Assert.Empty(_store.Staged);
    }

    [Fact]
    public async Task Load_StagingFolderOfPublishedModel_IsDeletedAtOnce()
    {
        await LoadAndReleaseAsync("v1");
        string leftover = Path.Combine(_store.Options.Root, "staging", Path.GetFileName(Assert.Single(_store.Published)));
        Directory.CreateDirectory(leftover);
        await LoadAndReleaseAsync("v2");

        Assert.Empty(_store.Staged);
    }

    [Fact]
    public async Task Load_RootIsAFile_NamesTheSetting()
    {
        await File.WriteAllTextAsync(_store.Options.Root, "in the way", Token);
        try
        {
            ModelLoadException exception = await Assert.ThrowsAnyAsync<ModelLoadException>(() => LoadAsync("v1"));
            Assert.Contains("ServerlessInference:Store:Root", exception.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(_store.Options.Root);
        }
    }

    [Theory]
    [InlineData("nr_inodes=3", "became full")] // the root and two directories
    [InlineData("size=2500000", "needs 2.1 MB more")]
    public async Task Load_FullDisk_NamesTheSettingToRaise(string limit, string expected)
    {
        await using SmallDisk disk = await SmallDisk.MountAsync(_store.Options.Root, limit);
        Assert.SkipUnless(disk.IsMounted, "no file system can be mounted here");
        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(() => LoadAsync("v1"));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.Contains("EphemeralStorage.Size", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_DiskBecomesFull_NamesTheSettingToRaise()
    {
        await using SmallDisk disk = await SmallDisk.MountAsync(_store.Options.Root, "size=5000000");
        Assert.SkipUnless(disk.IsMounted, "no file system can be mounted here");
        var item = new FakeObject("model.onnx", TemporaryStore.Bytes(Size))
        {
            Body = (_, _, range) =>
            {
                File.WriteAllBytes(Path.Combine(_store.Options.Root, "another"), new byte[4_000_000]);
                return new MemoryStream(range);
            },
        };
        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(() =>
            new RemoteModelSource(new FakeModel(item), null, _store.Options).LoadAsync(Token).AsTask());

        Assert.Contains("became full", exception.Message, StringComparison.Ordinal);
        Assert.Empty(_store.Published);
    }

    [Fact]
    public async Task Load_ReadOnlyDisk_NamesTheSetting()
    {
        await using SmallDisk disk = await SmallDisk.MountAsync(_store.Options.Root, "size=50000000");
        Assert.SkipUnless(disk.IsMounted, "no file system can be mounted here");
        await LoadAndReleaseAsync("v1");
        await disk.MakeReadOnlyAsync();
        ModelLoadException stored = await Assert.ThrowsAsync<ModelLoadException>(() => LoadAsync("v1"));
        ModelLoadException absent = await Assert.ThrowsAsync<ModelLoadException>(() => LoadAsync("v2"));

        Assert.Contains("ServerlessInference:Store:Root", stored.Message, StringComparison.Ordinal);
        Assert.Contains("ServerlessInference:Store:Root", absent.Message, StringComparison.Ordinal);
    }

    private async Task<string> LoadAndReleaseAsync(string version)
    {
        using ModelArtifact artifact = await LoadAsync(version);
        return artifact.GetModelFile().PhysicalPath!;
    }

    private Task<ModelArtifact> LoadAsync(string version, TimeProvider? time = null) => new RemoteModelSource(
        new FakeModel(new FakeObject("model.onnx", TemporaryStore.Bytes(Size), version)), null, _store.Options, time)
        .LoadAsync(Token).AsTask();
}

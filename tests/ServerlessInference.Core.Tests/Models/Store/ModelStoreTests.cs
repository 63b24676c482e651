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

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Load_ShortOfSpace_RemovesTheLeastRecentlyUsed()
    {
        _store.Options.MaxBytes = (3 * Size) + 100_000;
        string first = await LoadAndReleaseAsync("v1");
        string second = await LoadAndReleaseAsync("v2");
        await LoadAndReleaseAsync("v1"); // now v2 is the one unused for longest
        string third = await LoadAndReleaseAsync("v3");

        Assert.True(File.Exists(first));
        Assert.False(File.Exists(second));
        Assert.True(File.Exists(third));
    }

    [Fact]
    public async Task Load_ShortOfSpaceAndAllInUse_SaysTheNumbersAndTheSetting()
    {
        _store.Options.MaxBytes = (2 * Size) + 100_000;
        using ModelArtifact used = await LoadAsync("v1");
        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(() => LoadAsync("v2"));

        Assert.Contains("needs 2.1 MB more", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Raise ServerlessInference:Store:MaxBytes", exception.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(used.GetModelFile().PhysicalPath));
    }

    [Fact]
    public async Task Load_LockOutlivesItsHolderForAMoment_IsWaitedFor()
    {
        string path = await LoadAndReleaseAsync("v1");
        File.Delete(path);
        var folders = new StoreFolders(_store.Options.Root);
        var time = new ObservedTimeProvider();

        // As a program that is just being started has it, with all that its parent had open.
        Task<ModelArtifact> load;
        using (FileLock.TryExclusive(folders.UseLock(Path.GetFileName(Assert.Single(_store.Published)))))
        {
            load = LoadAsync("v1", time);
            await time.WaitForTimerAsync(TimeSpan.FromMilliseconds(5)); // the first pause between two attempts
        }

        time.Advance(TimeSpan.FromSeconds(1));
        using ModelArtifact again = await load;
        Assert.Equal(Size, again.GetModelFile().ReadAllBytes().Length);
    }

    [Fact]
    public async Task Load_LockIsHeldByAStranger_SaysSo()
    {
        await File.WriteAllBytesAsync(await LoadAndReleaseAsync("v1"), [1], TestContext.Current.CancellationToken);
        using FileLock? stranger = FileLock.TryExclusive(new StoreFolders(_store.Options.Root).UseLock(Path.GetFileName(Assert.Single(_store.Published))));
        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(() => LoadAsync("v1"));

        Assert.Contains("is held by something else than this library", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_DamagedFile_IsFetchedAgain()
    {
        string path = await LoadAndReleaseAsync("v1");
        await File.WriteAllBytesAsync(path, [1, 2, 3], TestContext.Current.CancellationToken);
        using ModelArtifact again = await LoadAsync("v1");

        Assert.Equal(Size, again.GetModelFile().ReadAllBytes().Length);
    }

    [Theory]
    [InlineData("{ half")]
    [InlineData("null")]
    [InlineData("{\"format\":1}")]
    [InlineData("{\"format\":99,\"source\":\"\",\"version\":\"\",\"files\":[]}")]
    public async Task Load_UnreadableMarker_IsFetchedAgain(string marker)
    {
        await LoadAndReleaseAsync("v1");
        await File.WriteAllTextAsync(Path.Combine(Assert.Single(_store.Published), "manifest.json"), marker, TestContext.Current.CancellationToken);
        using ModelArtifact again = await LoadAsync("v1");

        Assert.Equal(Size, again.GetModelFile().ReadAllBytes().Length);
    }

    [Fact]
    public async Task Load_MarkerThatCannotBeRead_IsFetchedAgain()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a file that lists and does not read is had on Linux only");
        await LoadAndReleaseAsync("v1");
        string marker = Path.Combine(Assert.Single(_store.Published), "manifest.json");
        File.Delete(marker);
        File.CreateSymbolicLink(marker, "/proc/self/mem");
        using ModelArtifact again = await LoadAsync("v1");

        Assert.Equal(Size, again.GetModelFile().ReadAllBytes().Length);
    }

    [Fact]
    public async Task Load_StaleStaging_IsRemoved()
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
    public async Task Load_ShortOfSpaceAndTheClockWentBack_RemovesStagingAllTheSame()
    {
        string later = Path.Combine(_store.Options.Root, "staging", "0123");
        Directory.CreateDirectory(later);
        await File.WriteAllBytesAsync(Path.Combine(later, "0.plan"), new byte[Size], TestContext.Current.CancellationToken);
        var time = new FakeTimeProvider();
        _store.Options.MaxBytes = (2 * Size) + 100_000;
        using ModelArtifact artifact = await LoadAsync("v1", time);

        Assert.Empty(_store.Staged);
    }

    [Fact]
    public async Task Load_StagingOfAPublishedModel_IsRemovedAtOnce()
    {
        await LoadAndReleaseAsync("v1");
        string leftover = Path.Combine(_store.Options.Root, "staging", Path.GetFileName(Assert.Single(_store.Published)));
        Directory.CreateDirectory(leftover);
        await LoadAndReleaseAsync("v2");

        Assert.Empty(_store.Staged);
    }

    [Fact]
    public async Task Load_RootThatIsAFile_SaysWhichSettingToChange()
    {
        await File.WriteAllTextAsync(_store.Options.Root, "in the way", TestContext.Current.CancellationToken);
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
    [InlineData("nr_inodes=3", "became full")] // the root and two folders
    [InlineData("size=2500000", "needs 2.1 MB more")]
    public async Task Load_FullDisk_SaysWhatToRaise(string limit, string expected)
    {
        await using SmallDisk disk = await SmallDisk.MountAsync(_store.Options.Root, limit);
        Assert.SkipUnless(disk.IsMounted, "nothing can be mounted here");
        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(() => LoadAsync("v1"));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.Contains("EphemeralStorage.Size", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_DiskFillsUpMeanwhile_SaysWhatToRaise()
    {
        await using SmallDisk disk = await SmallDisk.MountAsync(_store.Options.Root, "size=5000000");
        Assert.SkipUnless(disk.IsMounted, "nothing can be mounted here");
        var item = new FakeObject("model.onnx", TemporaryStore.Bytes(Size))
        {
            Body = (_, _, range) =>
            {
                File.WriteAllBytes(Path.Combine(_store.Options.Root, "another"), new byte[4_000_000]);
                return new MemoryStream(range);
            },
        };
        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(() =>
            new RemoteModelSource(new FakeModel(item), null, _store.Options).LoadAsync(TestContext.Current.CancellationToken).AsTask());

        Assert.Contains("became full", exception.Message, StringComparison.Ordinal);
        Assert.Empty(_store.Published);
    }

    [Fact]
    public async Task Load_DiskThatCannotBeWritten_SaysWhichSettingToChange()
    {
        await using SmallDisk disk = await SmallDisk.MountAsync(_store.Options.Root, "size=50000000");
        Assert.SkipUnless(disk.IsMounted, "nothing can be mounted here");
        await LoadAndReleaseAsync("v1");
        await disk.CloseAsync();
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
        .LoadAsync(TestContext.Current.CancellationToken).AsTask();
}

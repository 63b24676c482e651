using System.Security.Cryptography;
using ServerlessInference.Models;
using ServerlessInference.Models.Transfer;
using ServerlessInference.Tests.Models.Archives;

namespace ServerlessInference.Tests.Models.Transfer;

public sealed class RemoteModelSourceTests : IDisposable
{
    private static readonly byte[] Content = TemporaryStore.Bytes((5 * 1024 * 1024) + 77);

    private readonly TemporaryStore _store = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task LoadAsync_Object_IsDownloadedInRanges()
    {
        var item = new FakeObject("model.onnx", Content);
        using ModelArtifact artifact = await Source(item).LoadAsync(Token);

        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
        Assert.Equal(6, item.Opened);
        Assert.Empty(_store.Staged);
        Assert.Equal("v1", artifact.Version);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(512 * 1024)]
    [InlineData(1024 * 1024)]
    [InlineData((1024 * 1024) + 1)]
    [InlineData(3 * 1024 * 1024)]
    public async Task LoadAsync_SizesAroundBlockBoundaries_AreComplete(int length)
    {
        byte[] content = TemporaryStore.Bytes(length, 3);
        byte[] tar = ArchiveBuilder.Tar(("model.onnx", content));
        Array.Resize(ref tar, tar.Length + (-tar.Length & ((512 * 1024) - 1))); // whole segments of ReadAheadStream
        foreach (bool ranges in new[] { true, false })
        {
            foreach (bool inMemory in OperatingSystem.IsLinux() ? new[] { false, true } : [false])
            {
                foreach ((string name, byte[] bytes) in new[] { ("model.onnx", content), ("model.tar", tar) })
                {
                    var item = new FakeObject(name, bytes, ranges: ranges);
                    using var store = new TemporaryStore();
                    var options = new RemoteModelOptions { RangeSize = 1 << 20, InMemory = inMemory };
                    using ModelArtifact artifact =
                        await new RemoteModelSource(new FakeModel(item), options, store.Options).LoadAsync(Token);
                    Assert.Equal(content, artifact.GetModelFile().ReadAllBytes().ToArray());
                }
            }
        }
    }

    [Fact]
    public async Task LoadAsync_Twice_DownloadsOnce()
    {
        var item = new FakeObject("model.onnx", Content);
        using ModelArtifact first = await Source(item).LoadAsync(Token);
        int opened = item.Opened;
        using ModelArtifact second = await Source(item).LoadAsync(Token);

        Assert.Equal(opened, item.Opened);
        Assert.Equal(first.GetModelFile().PhysicalPath, second.GetModelFile().PhysicalPath);
    }

    [Fact]
    public async Task LoadAsync_PinnedAndStored_SendsNoRequest()
    {
        var model = new FakeModel(new FakeObject("model.onnx", Content));
        var options = new RemoteModelOptions { Sha256 = Convert.ToHexString(SHA256.HashData(Content)) };
        using ModelArtifact first = await new RemoteModelSource(model, options, _store.Options).LoadAsync(Token);
        using ModelArtifact second = await new RemoteModelSource(model, options, _store.Options).LoadAsync(Token);

        Assert.Equal(1, model.Listed);
        Assert.Equal(first.Version, await new RemoteModelSource(model, options, _store.Options).GetVersionAsync(Token));
    }

    [Fact]
    public async Task LoadAsync_Concurrently_DownloadsOnce()
    {
        var item = new FakeObject("model.onnx", Content);
        ModelArtifact[] artifacts =
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Source(item).LoadAsync().AsTask())));

        Assert.Equal(6, item.Opened);
        Assert.Single(artifacts.Select(artifact => artifact.GetModelFile().PhysicalPath).Distinct());
        Array.ForEach(artifacts, artifact => artifact.Dispose());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LoadAsync_ConnectionsBreak_ContinuesWhereTheyBroke(bool ranges)
    {
        var item = new FakeObject("model.onnx", Content, ranges: ranges)
        {
            Body = (connection, offset, range) => new MemoryStream(connection % 2 == 1 ? range[..(range.Length / 2)] : range),
        };
        using ModelArtifact artifact = await Source(item).LoadAsync(Token);

        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
    }

    [Fact]
    public async Task LoadAsync_FailedAttempt_PauseIsShortenedAtRandom()
    {
        var time = new ObservedTimeProvider();
        var options = new RemoteModelOptions { Parallelism = 1, Random = () => 1 };
        var item = new FakeObject("model.onnx", Content)
        {
            Body = (connection, _, range) => new MemoryStream(connection == 1 ? [] : range),
        };
        Task<ModelArtifact> load = Source(item, options, time).LoadAsync(Token).AsTask();

        var pause = TimeSpan.FromMilliseconds(50);
        await time.WaitForTimerAsync(pause);
        time.Advance(pause);
        using ModelArtifact artifact = await load;

        Assert.Equal(2, item.Opened);
    }

    [Fact]
    public async Task LoadAsync_StalledBody_ReportsThePosition()
    {
        var time = new ObservedTimeProvider();
        RemoteModelOptions options = TwoAttempts(idleTimeout: TimeSpan.FromMilliseconds(20));
        var item = new FakeObject("model.onnx", Content) { Body = (_, _, _) => new StalledStream(() => time.Advance(options.IdleTimeout)) };
        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(() => LoadInTwoAttemptsAsync(item, options, time));

        Assert.Contains("2 attempts in a row failed at byte", exception.Message, StringComparison.Ordinal);
        Assert.Contains("nothing arrived within 0.02 s", exception.Message, StringComparison.Ordinal);
        Assert.Empty(_store.Published);
    }

    [Fact]
    public async Task LoadAsync_BodyTricklesIn_Fails()
    {
        var time = new ObservedTimeProvider();
        RemoteModelOptions options = TwoAttempts(idleTimeout: TimeSpan.FromSeconds(1));
        var pause = TimeSpan.FromMilliseconds(900);
        var item = new FakeObject("model.onnx", Content) { Body = (_, _, range) => new DrippingStream(range, time, pause) };
        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(() => LoadInTwoAttemptsAsync(item, options, time));

        Assert.Matches("only [0-9,]+ bytes arrived within 1 s", exception.Message);
    }

    [Fact]
    public async Task LoadAsync_ManySmallObjects_UsesExactlyTheAllowedConnections()
    {
        const int Allowed = 4;
        int open = 0, maxOpen = 0;
        var allOpen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        FakeObject[] objects = [.. Enumerable.Range(0, 20).Select(i => new FakeObject($"part-{i}.bin", TemporaryStore.Bytes(1000, i))
        {
            Body = (_, _, range) => Open(range),
        })];
        var source = new RemoteModelSource(new FakeModel(objects), new RemoteModelOptions { Parallelism = Allowed }, _store.Options);
        using ModelArtifact artifact = await source.LoadAsync(Token);

        Assert.Equal(20, artifact.Files.Count);
        Assert.Equal(Allowed, maxOpen);

        // No body is read before the maximum number of connections is open.
        GatedStream Open(byte[] range)
        {
            int now = Interlocked.Increment(ref open);
            InterlockedMax(ref maxOpen, now);
            if (now == Allowed)
            {
                allOpen.TrySetResult();
            }

            return new GatedStream(range, allOpen.Task, () => Interlocked.Decrement(ref open));
        }
    }

    [Fact]
    public async Task LoadAsync_FlippedBitOnce_IsDownloadedAgain()
    {
        var digest = new ContentDigest(DigestAlgorithm.Sha256, Convert.ToHexStringLower(SHA256.HashData(Content)));
        var item = new FakeObject("model.onnx", Content, digest: digest)
        {
            Body = (connection, _, range) => new MemoryStream(Flip(range, connection == 3)),
        };
        using ModelArtifact artifact = await Source(item).LoadAsync(Token);

        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
        Assert.Equal(12, item.Opened);
    }

    [Fact]
    public async Task LoadAsync_FlippedBitAlways_PublishesNothing()
    {
        var digest = new ContentDigest(DigestAlgorithm.Sha256, Convert.ToHexStringLower(SHA256.HashData(Content)));
        var item = new FakeObject("model.onnx", Content, digest: digest)
        {
            Body = (_, offset, range) => new MemoryStream(Flip(range, offset == 0)),
        };
        ModelLoadException exception = await Assert.ThrowsAnyAsync<ModelLoadException>(() => Source(item).LoadAsync(Token).AsTask());

        Assert.Contains("was expected", exception.Message, StringComparison.Ordinal);
        Assert.Empty(_store.Published);
    }

    [Fact]
    public async Task LoadAsync_WrongSha256_IsRejected()
    {
        var options = new RemoteModelOptions { Sha256 = new string('a', 64) };
        await Assert.ThrowsAnyAsync<ModelLoadException>(
            () => Source(new FakeObject("model.onnx", Content), options).LoadAsync(Token).AsTask());
        Assert.Empty(_store.Published);
    }

    [Fact]
    public async Task LoadAsync_RequiredDigestMissing_IsRejectedBeforeDownload()
    {
        var item = new FakeObject("model.onnx", Content);
        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(() =>
            Source(item, new RemoteModelOptions { RequireDigest = true }).LoadAsync(Token).AsTask());

        Assert.Contains("require one", exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, item.Opened);
    }

    [Fact]
    public async Task LoadAsync_Folder_KeepsNames()
    {
        var model = new FakeModel(
            new FakeObject("onnx/model.onnx", Content), new FakeObject("config.json", "{}"u8.ToArray()), new FakeObject("empty.txt", []));
        using ModelArtifact artifact = await new RemoteModelSource(model, null, _store.Options).LoadAsync(Token);

        Assert.Equal(["config.json", "empty.txt", "onnx/model.onnx"], artifact.Files.Select(file => file.Name).Order());
        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
    }

    [Fact]
    public async Task LoadAsync_NameLeadsOutOfFolder_IsRejected()
    {
        var model = new FakeModel(new FakeObject("model.onnx", Content), new FakeObject("a/../../x", [1]));
        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(() =>
            new RemoteModelSource(model, null, _store.Options).LoadAsync(Token).AsTask());

        Assert.Contains("'a/../../x' leads out of its folder", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_ObjectNamedDot_IsRejected()
    {
        ModelLoadException exception =
            await Assert.ThrowsAsync<ModelLoadException>(() => Source(new FakeObject(".", [1])).LoadAsync(Token).AsTask());
        Assert.Contains("has no name", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_InMemory_WritesNothingToDisk()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "memory files exist on Linux only");
        var item = new FakeObject("model.onnx", Content);
        var options = new RemoteModelOptions { InMemory = true, RangeSize = 1 << 20 };
        using (ModelArtifact artifact = await Source(item, options).LoadAsync(Token))
        {
            Assert.StartsWith("/proc/self/fd/", artifact.GetModelFile().PhysicalPath, StringComparison.Ordinal);
            Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
        }

        Assert.False(Directory.Exists(_store.Options.Root));
    }

    [Fact]
    public async Task LoadAsync_LargerThanMaxBytes_ReportsSizes()
    {
        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(() =>
            Source(new FakeObject("model.onnx", Content), new RemoteModelOptions { MaxBytes = 1000 }).LoadAsync(Token).AsTask());

        Assert.Contains($"{Content.Length:N0} bytes", exception.Message, StringComparison.Ordinal);
        Assert.Contains("MaxBytes 1,000", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sha256=12", "'12' is not a valid value of the setting 'sha256'")]
    [InlineData("colour=red", "'colour' is not a setting")]
    [InlineData("memory=maybe", "'maybe' is not a valid value of the setting 'memory'")]
    public void ApplyFragment_InvalidSetting_NamesIt(string fragment, string expected) =>
        Assert.Contains(
            expected,
            Assert.Throws<ArgumentException>(() => new RemoteModelOptions().ApplyFragment(fragment)).Message,
            StringComparison.Ordinal);

    private RemoteModelSource Source(FakeObject item, RemoteModelOptions? options = null, TimeProvider? time = null) =>
        new(new FakeModel(item), options ?? new RemoteModelOptions { RangeSize = 1 << 20 }, _store.Options, time);

    // Without the random part of pauses, the test knows how long they are.
    private static RemoteModelOptions TwoAttempts(TimeSpan idleTimeout) =>
        new() { IdleTimeout = idleTimeout, MaxAttempts = 2, Parallelism = 1, Random = () => 0 };

    private async Task<ModelArtifact> LoadInTwoAttemptsAsync(FakeObject item, RemoteModelOptions options, ObservedTimeProvider time)
    {
        var pause = TimeSpan.FromMilliseconds(100);
        Task<ModelArtifact> load = Source(item, options, time).LoadAsync(Token).AsTask();
        await time.WaitForTimerAsync(pause);
        time.Advance(pause);
        return await load;
    }

    private static void InterlockedMax(ref int max, int value)
    {
        for (int seen = max; value > seen; seen = max)
        {
            Interlocked.CompareExchange(ref max, value, seen);
        }
    }

    private static byte[] Flip(byte[] range, bool flip)
    {
        range[range.Length / 2] ^= (byte)(flip ? 4 : 0);
        return range;
    }
}

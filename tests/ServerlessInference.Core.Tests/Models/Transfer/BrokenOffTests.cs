using System.Security.Cryptography;
using ServerlessInference.Models;
using ServerlessInference.Models.Transfer;
using ServerlessInference.Tests.Models.Archives;

namespace ServerlessInference.Tests.Models.Transfer;

/// <summary>Archives whose loading is broken off again and again, as by a function's timeout.</summary>
public sealed class BrokenOffTests : IDisposable
{
    private static readonly byte[] Model = TemporaryStore.Bytes(12 * 1024 * 1024, 4);

    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    public static TheoryData<string> Kinds => new("model.tar", "model.tar.gz", "model.zip");

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task LoadAsync_ArchiveBrokenOffTwice_IsGoneOnWith(string name)
    {
        byte[] archive = Pack(name);
        await BreakOffAsync(name, archive);
        await BreakOffAsync(name, archive);
        await BreakOffAsync(name, archive); // keeps what it gets
        FakeObject last = Object(name, archive);
        using ModelArtifact artifact = await Source(last).LoadAsync(TestContext.Current.CancellationToken);

        Assert.Equal(Model, artifact.GetModelFile().ReadAllBytes().ToArray());
        Assert.True(last.BytesAsked < archive.Length, $"{last.BytesAsked:N0} of {archive.Length:N0} bytes were asked for");
        Assert.Empty(_store.Staged);
        Assert.Empty(Directory.GetFiles(Assert.Single(_store.Published), "archive*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task LoadAsync_ServerFailsOnceTheArchiveIsKept_GoesOnWithItAllTheSame()
    {
        byte[] archive = Pack("model.tar.gz");
        for (int i = 0; i < 3; i++)
        {
            await BreakOffAsync("model.tar.gz", archive);
        }

        FakeObject failing = Object("model.tar.gz", archive);
        failing.Body = (_, _, _) => new MemoryStream(); // ends before the first byte
        var once = new RemoteModelOptions { MaxAttempts = 1 };
        await Assert.ThrowsAsync<ModelLoadException>(() => new RemoteModelSource(new FakeModel(failing), once, _store.Options).LoadAsync(TestContext.Current.CancellationToken).AsTask());
        FakeObject last = Object("model.tar.gz", archive);
        using ModelArtifact artifact = await Source(last).LoadAsync(TestContext.Current.CancellationToken);

        Assert.Equal(Model, artifact.GetModelFile().ReadAllBytes().ToArray());
        Assert.True(last.BytesAsked < archive.Length, $"{last.BytesAsked:N0} of {archive.Length:N0} bytes were asked for");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task LoadAsync_NoRoomForBoth_BeginsAnew(string name)
    {
        _store.Options.MaxBytes = Model.Length + 2_000_000;
        byte[] archive = Pack(name);
        for (int i = 0; i < 4; i++)
        {
            await BreakOffAsync(name, archive);
        }

        using ModelArtifact artifact = await Source(Object(name, archive)).LoadAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Model, artifact.GetModelFile().ReadAllBytes().ToArray());
    }

    [Fact]
    public async Task LoadAsync_MoreThanFitsBesideTheKeptArchive_IsExtractedWithoutIt()
    {
        byte[] archive = ArchiveBuilder.Gzip(ArchiveBuilder.Tar(("model.onnx", Model), ("zeros.bin", new byte[8 * 1024 * 1024])));
        for (int i = 0; i < 2; i++)
        {
            await BreakOffAsync("model.tar.gz", archive);
        }

        // Enough for the archive twice, and for what it holds; not for what it holds beside the archive.
        _store.Options.MaxBytes = (2 * archive.Length) + 1_500_000;
        using ModelArtifact artifact = await Source(Object("model.tar.gz", archive)).LoadAsync(TestContext.Current.CancellationToken);

        Assert.Equal(Model, artifact.GetModelFile().ReadAllBytes().ToArray());
        Assert.Equal(8 * 1024 * 1024, artifact.Files.Single(file => file.Name == "zeros.bin").Length);
    }

    private async Task BreakOffAsync(string name, byte[] archive)
    {
        using var stop = new CancellationTokenSource();
        FakeObject item = Object(name, archive);
        item.Body = (_, offset, range) => offset > archive.Length / 2 && range.Length > 100_000 ? new CancellingStream(stop) : new MemoryStream(range);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Source(item).LoadAsync(stop.Token).AsTask());
        Assert.Single(_store.Staged);
        Assert.Empty(_store.Published);
    }

    private static FakeObject Object(string name, byte[] archive) =>
        new(name, archive, digest: new ContentDigest(DigestAlgorithm.Sha256, Convert.ToHexStringLower(SHA256.HashData(archive))));

    private RemoteModelSource Source(FakeObject item) =>
        new(new FakeModel(item), new RemoteModelOptions { RangeSize = 1 << 20, Parallelism = 2 }, _store.Options);

    private static byte[] Pack(string name) => name switch
    {
        "model.zip" => ArchiveBuilder.Zip(("model.onnx", Model)),
        "model.tar" => ArchiveBuilder.Tar(("model.onnx", Model)),
        _ => ArchiveBuilder.Gzip(ArchiveBuilder.Tar(("model.onnx", Model))),
    };
}

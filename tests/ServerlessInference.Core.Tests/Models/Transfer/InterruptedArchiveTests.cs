using System.Security.Cryptography;
using ServerlessInference.Models;
using ServerlessInference.Models.Transfer;
using ServerlessInference.Tests.Models.Archives;

namespace ServerlessInference.Tests.Models.Transfer;

/// <summary>Tests with archives whose loading is interrupted repeatedly, as by the timeout of a function.</summary>
public sealed class InterruptedArchiveTests : IDisposable
{
    private static readonly byte[] Model = TemporaryStore.Bytes(12 * 1024 * 1024, 4);

    private readonly TemporaryStore _store = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _store.Dispose();

    public static TheoryData<string> Kinds => new("model.tar", "model.tar.gz", "model.zip");

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task LoadAsync_InterruptedTwice_ResumesTheArchive(string name)
    {
        byte[] archive = Pack(name);
        await InterruptAsync(name, archive);
        await InterruptAsync(name, archive);
        await InterruptAsync(name, archive); // downloads the archive to a file from here on
        FakeObject last = Object(name, archive);
        using ModelArtifact artifact = await Source(last).LoadAsync(Token);

        Assert.Equal(Model, artifact.GetModelFile().ReadAllBytes().ToArray());
        Assert.True(last.BytesRequested < archive.Length, $"{last.BytesRequested:N0} of {archive.Length:N0} bytes were requested");
        Assert.Empty(_store.Staged);
        Assert.Empty(Directory.GetFiles(Assert.Single(_store.Published), "archive*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task LoadAsync_ServerFailsDuringResumableDownload_ResumesTheArchive()
    {
        byte[] archive = Pack("model.tar.gz");
        for (int i = 0; i < 3; i++)
        {
            await InterruptAsync("model.tar.gz", archive);
        }

        FakeObject failing = Object("model.tar.gz", archive);
        failing.Body = (_, _, _) => new MemoryStream(); // the body ends before its first byte
        var once = new RemoteModelOptions { MaxAttempts = 1 };
        await Assert.ThrowsAsync<ModelLoadException>(
            () => new RemoteModelSource(new FakeModel(failing), once, _store.Options).LoadAsync(Token).AsTask());
        FakeObject last = Object("model.tar.gz", archive);
        using ModelArtifact artifact = await Source(last).LoadAsync(Token);

        Assert.Equal(Model, artifact.GetModelFile().ReadAllBytes().ToArray());
        Assert.True(last.BytesRequested < archive.Length, $"{last.BytesRequested:N0} of {archive.Length:N0} bytes were requested");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task LoadAsync_NoSpaceForArchiveAndContent_StartsOver(string name)
    {
        _store.Options.MaxBytes = Model.Length + 2_000_000;
        byte[] archive = Pack(name);
        for (int i = 0; i < 4; i++)
        {
            await InterruptAsync(name, archive);
        }

        using ModelArtifact artifact = await Source(Object(name, archive)).LoadAsync(Token);
        Assert.Equal(Model, artifact.GetModelFile().ReadAllBytes().ToArray());
    }

    [Fact]
    public async Task LoadAsync_ContentDoesNotFitNextToTheArchive_IsExtractedWhileDownloading()
    {
        byte[] archive = ArchiveBuilder.Gzip(ArchiveBuilder.Tar(("model.onnx", Model), ("zeros.bin", new byte[8 * 1024 * 1024])));
        for (int i = 0; i < 2; i++)
        {
            await InterruptAsync("model.tar.gz", archive);
        }

        // Enough space for two copies of the archive, or for its content; not for the archive and its content.
        _store.Options.MaxBytes = (2 * archive.Length) + 1_500_000;
        using ModelArtifact artifact = await Source(Object("model.tar.gz", archive)).LoadAsync(Token);

        Assert.Equal(Model, artifact.GetModelFile().ReadAllBytes().ToArray());
        Assert.Equal(8 * 1024 * 1024, artifact.Files.Single(file => file.Name == "zeros.bin").Length);
    }

    private async Task InterruptAsync(string name, byte[] archive)
    {
        using var stop = new CancellationTokenSource();
        FakeObject item = Object(name, archive);
        item.Body = (_, offset, range) =>
            offset > archive.Length / 2 && range.Length > 100_000 ? new CancellingStream(stop) : new MemoryStream(range);
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

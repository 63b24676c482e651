using ServerlessInference.Models;
using ServerlessInference.Models.Transfer;

namespace ServerlessInference.Tests.Models.Transfer;

/// <summary>Tests with downloads that were interrupted.</summary>
public sealed class ResumedDownloadTests : IDisposable
{
    private static readonly byte[] Content = TemporaryStore.Bytes((5 * 1024 * 1024) + 77);

    private readonly TemporaryStore _store = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task LoadAsync_AfterInterruption_DownloadsOnlyWhatIsMissing()
    {
        using var stop = new CancellationTokenSource();
        var interrupted = new FakeObject("model.onnx", Content)
        {
            Body = (connection, _, range) => connection == 4 ? new CancellingStream(stop) : new MemoryStream(range),
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Source(interrupted, Serial).LoadAsync(stop.Token).AsTask());
        Assert.Single(_store.Staged);
        Assert.Empty(_store.Published);

        var item = new FakeObject("model.onnx", Content);
        using ModelArtifact artifact = await Source(item, Serial).LoadAsync(Token);

        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
        Assert.Equal(Content.Length - (3 * 1024 * 1024), item.BytesRequested);
        Assert.Empty(_store.Staged);
    }

    [Fact]
    public async Task LoadAsync_OtherVersionInStaging_StartsOver()
    {
        using var stop = new CancellationTokenSource();
        var interrupted = new FakeObject("model.onnx", TemporaryStore.Bytes(Content.Length, 9))
        {
            Body = (connection, _, range) => connection == 4 ? new CancellingStream(stop) : new MemoryStream(range),
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Source(interrupted, Serial).LoadAsync(stop.Token).AsTask());
        using ModelArtifact artifact = await Source(new FakeObject("model.onnx", Content, "v2"), Serial).LoadAsync(Token);

        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
    }

    [Fact]
    public async Task LoadAsync_StagedFileMissingButNotItsProgress_StartsOver()
    {
        using var stop = new CancellationTokenSource();
        var interrupted = new FakeObject("model.onnx", Content)
        {
            Body = (connection, _, range) => connection == 4 ? new CancellingStream(stop) : new MemoryStream(range),
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Source(interrupted, Serial).LoadAsync(stop.Token).AsTask());

        // This is the state after a process has been killed while it deleted the folder.
        File.Delete(Assert.Single(Directory.GetFiles(Assert.Single(_store.Staged), "model.onnx", SearchOption.AllDirectories)));
        using ModelArtifact artifact = await Source(new FakeObject("model.onnx", Content), Serial).LoadAsync(Token);

        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
    }

    [Fact]
    public async Task LoadAsync_AfterInterruptionWithoutRanges_StartsOver()
    {
        using var stop = new CancellationTokenSource();
        var interrupted = new FakeObject("model.onnx", TemporaryStore.Bytes(Content.Length, 9), ranges: false)
        {
            Body = (connection, _, range) => connection == 1 ? new MemoryStream(range[..(range.Length / 2)]) : new CancellingStream(stop),
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Source(interrupted).LoadAsync(stop.Token).AsTask());
        using ModelArtifact artifact = await Source(new FakeObject("model.onnx", Content, ranges: false)).LoadAsync(Token);

        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
    }

    [Fact]
    public async Task LoadAsync_AfterInterruptionWithHoles_FitsIntoTheSameSpace()
    {
        _store.Options.MaxBytes = Content.Length + 1_200_000;
        using var stop = new CancellationTokenSource();
        var interrupted = new FakeObject("model.onnx", Content)
        {
            Body = (connection, _, range) => connection == 2 ? new CancellingStream(stop) : new MemoryStream(range),
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Source(interrupted, Serial).LoadAsync(stop.Token).AsTask());

        // This is the state if the last range has arrived before the others.
        string file = Assert.Single(Directory.GetFiles(Assert.Single(_store.Staged), "model.onnx", SearchOption.AllDirectories));
        await using (FileStream staged = File.OpenWrite(file))
        {
            staged.SetLength(Content.Length);
        }

        using ModelArtifact artifact = await Source(new FakeObject("model.onnx", Content), Serial).LoadAsync(Token);
        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
    }

    private static RemoteModelOptions Serial => new() { Parallelism = 1, RangeSize = 1 << 20 };

    private RemoteModelSource Source(FakeObject item, RemoteModelOptions? options = null) =>
        new(new FakeModel(item), options ?? new RemoteModelOptions { RangeSize = 1 << 20 }, _store.Options);
}

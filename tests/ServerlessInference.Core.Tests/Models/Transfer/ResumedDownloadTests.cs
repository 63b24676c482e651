using ServerlessInference.Models;
using ServerlessInference.Models.Transfer;

namespace ServerlessInference.Tests.Models.Transfer;

/// <summary>What becomes of a download that was broken off.</summary>
public sealed class ResumedDownloadTests : IDisposable
{
    private static readonly byte[] Content = TemporaryStore.Bytes((5 * 1024 * 1024) + 77);

    private readonly TemporaryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task LoadAsync_AfterAnInterruption_FetchesWhatIsMissing()
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
        using ModelArtifact artifact = await Source(item, Serial).LoadAsync(TestContext.Current.CancellationToken);

        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
        Assert.Equal(Content.Length - (3 * 1024 * 1024), item.BytesAsked);
        Assert.Empty(_store.Staged);
    }

    [Fact]
    public async Task LoadAsync_OtherVersionInStaging_BeginsAnew()
    {
        using var stop = new CancellationTokenSource();
        var interrupted = new FakeObject("model.onnx", TemporaryStore.Bytes(Content.Length, 9))
        {
            Body = (connection, _, range) => connection == 4 ? new CancellingStream(stop) : new MemoryStream(range),
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Source(interrupted, Serial).LoadAsync(stop.Token).AsTask());
        using ModelArtifact artifact = await Source(new FakeObject("model.onnx", Content, "v2"), Serial).LoadAsync(TestContext.Current.CancellationToken);

        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
    }

    [Fact]
    public async Task LoadAsync_StagedFileIsGoneButNotItsProgress_BeginsAnew()
    {
        using var stop = new CancellationTokenSource();
        var interrupted = new FakeObject("model.onnx", Content)
        {
            Body = (connection, _, range) => connection == 4 ? new CancellingStream(stop) : new MemoryStream(range),
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Source(interrupted, Serial).LoadAsync(stop.Token).AsTask());

        // As after a process that was killed while it deleted the folder.
        File.Delete(Assert.Single(Directory.GetFiles(Assert.Single(_store.Staged), "model.onnx", SearchOption.AllDirectories)));
        using ModelArtifact artifact = await Source(new FakeObject("model.onnx", Content), Serial).LoadAsync(TestContext.Current.CancellationToken);

        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
    }

    [Fact]
    public async Task LoadAsync_AfterAnInterruptionWithoutRanges_TakesNothingOfWhatMayBeAnotherVersion()
    {
        using var stop = new CancellationTokenSource();
        var interrupted = new FakeObject("model.onnx", TemporaryStore.Bytes(Content.Length, 9), ranges: false)
        {
            Body = (connection, _, range) => connection == 1 ? new MemoryStream(range[..(range.Length / 2)]) : new CancellingStream(stop),
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Source(interrupted).LoadAsync(stop.Token).AsTask());
        using ModelArtifact artifact = await Source(new FakeObject("model.onnx", Content, ranges: false)).LoadAsync(TestContext.Current.CancellationToken);

        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
    }

    [Fact]
    public async Task LoadAsync_AfterAnInterruptionWithHoles_FitsIntoTheSameRoom()
    {
        _store.Options.MaxBytes = Content.Length + 1_200_000;
        using var stop = new CancellationTokenSource();
        var interrupted = new FakeObject("model.onnx", Content)
        {
            Body = (connection, _, range) => connection == 2 ? new CancellingStream(stop) : new MemoryStream(range),
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Source(interrupted, Serial).LoadAsync(stop.Token).AsTask());

        // As if the last range had come before the others.
        string file = Assert.Single(Directory.GetFiles(Assert.Single(_store.Staged), "model.onnx", SearchOption.AllDirectories));
        await using (FileStream staged = File.OpenWrite(file))
        {
            staged.SetLength(Content.Length);
        }

        using ModelArtifact artifact = await Source(new FakeObject("model.onnx", Content), Serial).LoadAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Content, artifact.GetModelFile().ReadAllBytes().ToArray());
    }

    private static RemoteModelOptions Serial => new() { Parallelism = 1, RangeSize = 1 << 20 };

    private RemoteModelSource Source(FakeObject item, RemoteModelOptions? options = null) =>
        new(new FakeModel(item), options ?? new RemoteModelOptions { RangeSize = 1 << 20 }, _store.Options);
}

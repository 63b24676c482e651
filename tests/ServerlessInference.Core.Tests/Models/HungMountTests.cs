using System.Diagnostics;
using ServerlessInference.Models;
using ServerlessInference.Models.Pointers;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Models;

/// <summary>Tests with a mount that lists its files but hangs when they are read. A pipe that nobody writes to behaves like that.</summary>
public sealed class HungMountTests : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly string _pipe;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public HungMountTests()
    {
        _folder.Write("labels.txt");
        _pipe = Path.Combine(_folder.Path, "model.onnx");
    }

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(_pipe))
        {
            // Opening the other end releases the reader that waits for it.
            await using FileStream other = new(_pipe, FileMode.Open, FileAccess.ReadWrite);
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task LoadAsync_ReadHangs_FailsAfterFiveSeconds()
    {
        await CreatePipeAsync();
        var time = new FakeTimeProvider();
        Task<ModelArtifact> load = new FileSystemModelSource(_folder.Path, "efs", time).LoadAsync(Token).AsTask();
        Assert.False(load.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(5));
        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(() => load);

        Assert.Contains("did not answer within 5 s. Its mount hangs", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_ReadHangs_NextSourceTakesOver()
    {
        await CreatePipeAsync();
        using var other = new TestFolder();
        other.Write("model.onnx");
        var time = new ObservedTimeProvider();
        var deadline = TimeSpan.FromSeconds(2);
        var chain = new ModelSourceChain(
            [
                new ModelSourceChainLink(new FileSystemModelSource(_folder.Path, "efs", time), deadline),
                new ModelSourceChainLink(new FileSystemModelSource(other.Path)),
            ],
            time);
        Task<ModelArtifact> load = chain.LoadAsync(Token).AsTask();
        await time.WaitForTimerAsync(deadline);
        time.Advance(deadline);
        using ModelArtifact artifact = await load;

        Assert.Equal($"file:{other.Path}", artifact.Source);
    }

    [Fact]
    public async Task ReadAsync_PointerHangs_FailsAfterFiveSeconds()
    {
        await CreatePipeAsync();
        var time = new FakeTimeProvider();
        Task<string> read = new FilePointer(_pipe, time).ReadAsync(Token).AsTask();
        Assert.False(read.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(5));
        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(() => read.WaitAsync(TimeSpan.FromSeconds(60), Token));

        Assert.Contains($"The pointer pointer-file:{_pipe} did not answer within 5 s", exception.Message, StringComparison.Ordinal);
    }

    private async Task CreatePipeAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "named pipes are tested on Linux only");
        using Process mkfifo = Process.Start("mkfifo", [_pipe]);
        await mkfifo.WaitForExitAsync(Token);
        Assert.Equal(0, mkfifo.ExitCode);
    }
}

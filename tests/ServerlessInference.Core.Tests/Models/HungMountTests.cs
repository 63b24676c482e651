using System.Diagnostics;
using ServerlessInference.Models;
using ServerlessInference.Models.Pointers;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Models;

/// <summary>A mount that lists its files and then never gives a byte; a pipe that nobody writes to behaves like one.</summary>
public sealed class HungMountTests : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly string _pipe;

    public HungMountTests()
    {
        _folder.Write("labels.txt");
        _pipe = Path.Combine(_folder.Path, "model.onnx");
    }

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(_pipe))
        {
            // Lets the reader go that waits for the other end.
            await using FileStream other = new(_pipe, FileMode.Open, FileAccess.ReadWrite);
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task LoadAsync_NoByteComes_IsGivenUpInHalfTheInitPhase()
    {
        await MakePipeAsync();
        var time = new FakeTimeProvider();
        Task<ModelArtifact> load = new FileSystemModelSource(_folder.Path, "efs", time).LoadAsync(TestContext.Current.CancellationToken).AsTask();
        Assert.False(load.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(5));
        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(() => load);

        Assert.Contains("did not answer within 5 s. Its mount hangs", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAsync_NoByteComes_TheNextSourceTakesOver()
    {
        await MakePipeAsync();
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
        Task<ModelArtifact> load = chain.LoadAsync(TestContext.Current.CancellationToken).AsTask();
        await time.WaitForTimerAsync(deadline, count: 2);
        time.Advance(deadline);
        using ModelArtifact artifact = await load;

        Assert.Equal($"file:{other.Path}", artifact.Source);
    }

    [Fact]
    public async Task ReadAsync_PointerThatNeverComes_IsGivenUpInHalfTheInitPhase()
    {
        await MakePipeAsync();
        var time = new FakeTimeProvider();
        Task<string> read = new FilePointer(_pipe, time).ReadAsync(TestContext.Current.CancellationToken).AsTask();
        Assert.False(read.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(5));
        ModelLoadException exception = await Assert.ThrowsAsync<ModelLoadException>(() => read.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));

        Assert.Contains($"The pointer pointer-file:{_pipe} did not answer within 5 s", exception.Message, StringComparison.Ordinal);
    }

    private async Task MakePipeAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "pipes in folders are tried on Linux only");
        using Process make = Process.Start("mkfifo", [_pipe]);
        await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, make.ExitCode);
    }
}

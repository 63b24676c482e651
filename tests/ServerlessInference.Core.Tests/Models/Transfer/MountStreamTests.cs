using System.Diagnostics;
using ServerlessInference.Models.Transfer;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Models.Transfer;

/// <summary>Tests with a mount that hangs in the middle of a file. A pipe that nobody writes to behaves like that.</summary>
public sealed class MountStreamTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadAsync_ReadHangs_EndsWithItsToken()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "named pipes are tested on Linux only");
        using var folder = new TestFolder();
        string pipe = Path.Combine(folder.Path, "pipe");
        using (Process mkfifo = Process.Start("mkfifo", [pipe]))
        {
            await mkfifo.WaitForExitAsync(Token);
        }

        var file = new ObservedFileStream(pipe);
        await using var stream = new MountStream(file);
        using var stop = new CancellationTokenSource();
        byte[] buffer = new byte[3];
        Task<int> read = stream.ReadAsync(buffer, stop.Token).AsTask();
        await file.ReadBegun.WaitAsync(Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(TimeSpan.FromSeconds(60), Token));

        // The abandoned read ends, and does not write to the buffer of its caller.
        using FileStream other = new ObservedFileStream(pipe);
        other.Write([1, 2, 3]);
        Assert.Equal([0, 0, 0], buffer);
    }

    [Fact]
    public async Task ReadAsync_FromPosition_ReturnsTheRest()
    {
        using var folder = new TestFolder();
        byte[] content = TemporaryStore.Bytes(600_000);
        FileStream file = File.OpenRead(folder.Write("model.onnx", content));
        file.Position = 100;
        await using var stream = new MountStream(file);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Token);

        Assert.Equal(content[100..], copy.ToArray());
    }
}

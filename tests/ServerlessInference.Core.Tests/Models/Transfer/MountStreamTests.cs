using System.Diagnostics;
using ServerlessInference.Models.Transfer;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Models.Transfer;

/// <summary>A mount that stops in the middle of a file; a pipe that nobody writes to behaves like one.</summary>
public sealed class MountStreamTests
{
    [Fact]
    public async Task ReadAsync_NoByteComes_EndsWithItsToken()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "pipes in folders are tried on Linux only");
        using var folder = new TestFolder();
        string pipe = Path.Combine(folder.Path, "pipe");
        using (Process make = Process.Start("mkfifo", [pipe]))
        {
            await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var file = new ObservedFileStream(pipe);
        await using var stream = new MountStream(file);
        using var stop = new CancellationTokenSource();
        byte[] buffer = new byte[3];
        Task<int> read = stream.ReadAsync(buffer, stop.Token).AsTask();
        await file.ReadBegun.WaitAsync(TestContext.Current.CancellationToken);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));

        // What was left behind ends, and fills nobody's buffer.
        using FileStream other = new ObservedFileStream(pipe);
        other.Write([1, 2, 3]);
        Assert.Equal([0, 0, 0], buffer);
    }

    [Fact]
    public async Task ReadAsync_FromThePlaceOn_GivesTheRest()
    {
        using var folder = new TestFolder();
        byte[] content = TemporaryStore.Bytes(600_000);
        FileStream file = File.OpenRead(folder.Write("model.onnx", content));
        file.Position = 100;
        await using var stream = new MountStream(file);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, TestContext.Current.CancellationToken);

        Assert.Equal(content[100..], copy.ToArray());
    }
}

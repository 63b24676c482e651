namespace ServerlessInference.Tests.Models.Transfer;

/// <summary>A file, or a pipe without another end, that reports when reading it starts.</summary>
internal sealed class ObservedFileStream(string path)
    : FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0)
{
    private readonly TaskCompletionSource _readBegun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task ReadBegun => _readBegun.Task;

    public override int Read(byte[] buffer, int offset, int count)
    {
        _readBegun.TrySetResult();
        return base.Read(buffer, offset, count);
    }
}

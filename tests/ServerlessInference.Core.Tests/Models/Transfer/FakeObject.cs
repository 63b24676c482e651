using ServerlessInference.Models.Transfer;

namespace ServerlessInference.Tests.Models.Transfer;

/// <summary>An object in memory; a test can control its connections.</summary>
internal sealed class FakeObject(
    string name, byte[] content, string version = "v1", ContentDigest? digest = null, bool ranges = true) : IRemoteObject
{
    private int _opened;

    public string Name => name;

    public string Location => "fake://bucket/" + name;

    public long Length => content.Length;

    public string Version => version;

    public bool AcceptsRanges => ranges;

    public int Opened => _opened;

    public long BytesRequested;

    /// <summary>
    /// Creates the body of a connection from its number, starting at 1, its offset and its bytes; null to send the bytes.
    /// </summary>
    public Func<int, long, byte[], Stream>? Body { get; set; }

    public ValueTask<ContentDigest?> GetDigestAsync(CancellationToken cancellationToken) => ValueTask.FromResult(digest);

    public ValueTask<Stream> OpenReadAsync(long offset, long length, CancellationToken cancellationToken)
    {
        int connection = Interlocked.Increment(ref _opened);
        Interlocked.Add(ref BytesRequested, length);
        byte[] range = content.AsSpan((int)offset, (int)length).ToArray();
        return ValueTask.FromResult(Body?.Invoke(connection, offset, range) ?? new MemoryStream(range));
    }
}

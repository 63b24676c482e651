using ServerlessInference.Shared;

namespace ServerlessInference.Models.Transfer;

/// <summary>Wraps an object and reports every piece that is read.</summary>
internal sealed class ReportingObject(IRemoteObject inner, IProgress<TransferProgress> progress, long total) : IRemoteObject
{
    public string Name => inner.Name;

    public string Location => inner.Location;

    public long Length => inner.Length;

    public string Version => inner.Version;

    public bool HasVersion => inner.HasVersion;

    public bool AcceptsRanges => inner.AcceptsRanges;

    public static IReadOnlyList<IRemoteObject> Wrap(IReadOnlyList<IRemoteObject> objects, IProgress<TransferProgress> progress)
    {
        long total = objects.Sum(item => item.Length);
        return [.. objects.Select(item => new ReportingObject(item, progress, total))];
    }

    public ValueTask<ContentDigest?> GetDigestAsync(CancellationToken cancellationToken) => inner.GetDigestAsync(cancellationToken);

    public async ValueTask<Stream> OpenReadAsync(long offset, long length, CancellationToken cancellationToken) =>
        new Body(await inner.OpenReadAsync(offset, length, cancellationToken).ConfigureAwait(false), this);

    private void Report(int bytes) => progress.Report(new TransferProgress(Location, bytes, total));

    private sealed class Body(Stream inner, ReportingObject source) : ForwardStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            source.Report(read);
            return read;
        }

        public override async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync().ConfigureAwait(false);
            await base.DisposeAsync().ConfigureAwait(false);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}

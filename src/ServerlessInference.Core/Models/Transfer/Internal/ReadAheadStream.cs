using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using ServerlessInference.Shared;

namespace ServerlessInference.Models.Transfer;

/// <summary>Reads an object from its first byte to its last, downloads a few segments ahead, and computes the digest on the way.</summary>
/// <remarks>
/// <para>A segment passes through three stages, each on its own thread: it is downloaded (several at a time, into the bounded channel, in
/// order), it is read by the consumer, and meanwhile it is digested. Its buffer is reused when both are finished.</para>
/// <para>At most <see cref="Window"/> segments plus the current one are in memory, 6 MiB together. One consumer.</para>
/// </remarks>
internal sealed class ReadAheadStream : ForwardStream
{
    public const int Window = 5;

    /// <summary>The bounds of a segment's size.</summary>
    /// <remarks>
    /// All segments of a window arrive at about the same time and are then consumed one by one. Small segments therefore shorten the wait
    /// before the first byte, and the rest of the work after the last one. Five segments of 1 MiB hide a latency of 30 ms per request even
    /// at more than the 78 MB/s that the network of a Lambda function delivers.
    /// </remarks>
    private const int MaxSegmentSize = 1024 * 1024, MinSegmentSize = MaxSegmentSize / 2;

    /// <summary>Small objects get smaller segments, so that window and current segment hold less than a twentieth of the object.</summary>
    private const int SegmentsPerObject = 128;

    /// <summary>How many segments may arrive before garbage is collected, if the model is loaded into memory.</summary>
    /// <remarks>
    /// A request of the AWS SDK leaves 64 KB of garbage behind. Left alone, the runtime lets that grow to the size of the processor's
    /// cache, 6 MB and more, in addition to the model.
    /// </remarks>
    private const int SegmentsPerCollection = 32;

    private readonly IRemoteObject _source;
    private readonly RangeReader _reader;
    private readonly int _segmentSize;
    private readonly bool _collectGarbage;
    private readonly Channel<Task<Segment>> _segments = Channel.CreateBounded<Task<Segment>>(Window - 1);
    private readonly ConcurrentBag<byte[]> _freeBuffers = [];
    private readonly CancellationTokenSource _stop;
    private readonly IncrementalDigest _digest;
    private readonly Task _downloading;
    private Task _digesting = Task.CompletedTask;
    private Segment? _current;
    private int _consumed;
    private int _received;
    private long _position;

    public ReadAheadStream(
        IRemoteObject source,
        RemoteModelOptions options,
        DigestAlgorithm algorithm,
        RetryStrategy retry,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        _source = source;
        _reader = new RangeReader(source, options.IdleTimeout, retry, time, logger);
        _collectGarbage = options.InMemory;
        _segmentSize = (int)Math.Clamp(source.Length / SegmentsPerObject, MinSegmentSize, MaxSegmentSize);
        _digest = new IncrementalDigest(algorithm);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _downloading = Task.Run(() => source.AcceptsRanges ? DownloadRangesAsync() : DownloadInOrderAsync(), CancellationToken.None);
    }

    public override long Length => _source.Length;

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    /// <summary>Reads what the consumer has not read, and gets the digest of all bytes.</summary>
    public async Task<ContentDigest> FinishAsync(CancellationToken cancellationToken)
    {
        while (await MoveToUnreadBytesAsync(cancellationToken).ConfigureAwait(false))
        {
            _position += _current!.Length - _consumed;
            _consumed = _current.Length;
        }

        await _digesting.ConfigureAwait(false);
        return _digest.Finish();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0 || !await MoveToUnreadBytesAsync(cancellationToken).ConfigureAwait(false))
        {
            return 0;
        }

        int count = Math.Min(buffer.Length, _current!.Length - _consumed);
        _current.Buffer.AsMemory(_consumed, count).CopyTo(buffer);
        _consumed += count;
        _position += count;
        return count;
    }

    public override async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _downloading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (_segments.Reader.TryRead(out Task<Segment>? segment))
        {
            await ((Task)segment).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _digesting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _digest.Dispose();
        _stop.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Moves to the next segment if the current one has been read.</summary>
    /// <returns>Whether there are bytes to read; <see langword="false"/> at the end of the object.</returns>
    private async ValueTask<bool> MoveToUnreadBytesAsync(CancellationToken cancellationToken)
    {
        if (_current is not null && _consumed < _current.Length)
        {
            return true;
        }

        if (_current is not null)
        {
            // The digest may still be reading the buffer, which must not be reused before it has finished.
            await _digesting.ConfigureAwait(false);
            _freeBuffers.Add(_current.Buffer);
            _current = null;
        }

        if (!await _segments.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false)
            || !_segments.Reader.TryRead(out Task<Segment>? task))
        {
            return false;
        }

        Segment segment = await task.WaitAsync(cancellationToken).ConfigureAwait(false);
        _digesting = Task.Run(() => _digest.Append(segment.Buffer.AsSpan(0, segment.Length)), CancellationToken.None);
        _current = segment;
        _consumed = 0;
        if (++_received % SegmentsPerCollection == 0 && _collectGarbage)
        {
            GC.Collect(0);
        }

        return true;
    }

    private async Task DownloadRangesAsync()
    {
        Exception? failure = null;
        try
        {
            for (long offset = 0; offset < _source.Length; offset += _segmentSize)
            {
                // The channel holds running downloads, so its capacity limits how many there are at a time.
                await _segments.Writer.WriteAsync(DownloadSegmentAsync(offset), _stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException exception)
        {
            failure = exception;
        }

        _segments.Writer.Complete(failure);
    }

    private async Task<Segment> DownloadSegmentAsync(long offset)
    {
        var segment = new Segment(RentBuffer(), (int)Math.Min(_segmentSize, _source.Length - offset));
        await _reader.ReadAsync(offset, segment.Buffer.AsMemory(0, segment.Length), _stop.Token).ConfigureAwait(false);
        return segment;
    }

    private async Task DownloadInOrderAsync()
    {
        Exception? failure = null;
        try
        {
            byte[] buffer = RentBuffer();
            int filled = 0;
            await _reader.ReadAsync(0, _source.Length, async (_, data) =>
            {
                while (data.Length > 0)
                {
                    int count = Math.Min(data.Length, _segmentSize - filled);
                    data[..count].CopyTo(buffer.AsMemory(filled));
                    filled += count;
                    data = data[count..];
                    if (filled == _segmentSize)
                    {
                        await WriteAsync(new Segment(buffer, filled)).ConfigureAwait(false);
                        (buffer, filled) = (RentBuffer(), 0);
                    }
                }
            }, _stop.Token).ConfigureAwait(false);
            await WriteAsync(new Segment(buffer, filled)).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            failure = exception; // the channel passes it on to the consumer
        }

        _segments.Writer.Complete(failure);

        ValueTask WriteAsync(Segment segment) => _segments.Writer.WriteAsync(Task.FromResult(segment), _stop.Token);
    }

    private byte[] RentBuffer() =>
        _freeBuffers.TryTake(out byte[]? buffer) ? buffer : GC.AllocateUninitializedArray<byte>(_segmentSize);

    private sealed record Segment(byte[] Buffer, int Length);
}

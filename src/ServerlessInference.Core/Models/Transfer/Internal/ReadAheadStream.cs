using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace ServerlessInference.Models.Transfer;

/// <summary>An object from its first byte to its last, fetched ahead in a few ranges at once and digested on the way.</summary>
/// <remarks>
/// Holds at most <see cref="Window"/> segments beside the one being read, 6 MiB together. One reader.
/// </remarks>
internal sealed class ReadAheadStream : ForwardStream
{
    public const int Window = 5;

    /// <summary>
    /// All of a window come at once and are read one after the other, so a small one is what the extraction waits for at the beginning, and what is left to extract
    /// when the last byte has come. Five of 1 MiB hide 30 ms before the first byte of each at more than the 78 MB/s of a function's network.
    /// </summary>
    private const int MostSegment = 1024 * 1024, LeastSegment = MostSegment / 2;

    /// <summary>What is held of a small object, window and current segment, is then less than a twentieth of it.</summary>
    private const int SegmentsPerObject = 128;

    /// <summary>
    /// What the requests of so many segments leave behind, 64 KB each by AWS' SDK, may stand beside a model in memory. The runtime by itself lets it grow to as much as
    /// the processor's cache has, 6 MB and more.
    /// </summary>
    private const int SegmentsPerCollection = 32;

    private readonly IRemoteObject _source;
    private readonly RangeReader _reader;
    private readonly int _segmentSize;
    private readonly bool _sparesMemory;
    private readonly Channel<Task<Segment>> _segments = Channel.CreateBounded<Task<Segment>>(Window - 1);
    private readonly ConcurrentBag<byte[]> _free = [];
    private readonly CancellationTokenSource _stop;
    private readonly IncrementalDigest _digest;
    private readonly Task _fetching;
    private Task _digesting = Task.CompletedTask;
    private Segment? _current;
    private int _taken;
    private int _received;
    private long _position;

    public ReadAheadStream(IRemoteObject source, RemoteModelOptions options, DigestAlgorithm algorithm, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        _source = source;
        _reader = new RangeReader(source, options, time, logger);
        _sparesMemory = options.InMemory;
        _segmentSize = (int)Math.Clamp(source.Length / SegmentsPerObject, LeastSegment, MostSegment);
        _digest = new IncrementalDigest(algorithm);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _fetching = Task.Run(() => source.AcceptsRanges ? FetchRangesAsync() : FetchInOrderAsync(), CancellationToken.None);
    }

    public override long Length => _source.Length;

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    /// <summary>Reads what the reader left, and gives the digest of all bytes.</summary>
    public async Task<ContentDigest> FinishAsync(CancellationToken cancellationToken)
    {
        while (await NextAsync(cancellationToken).ConfigureAwait(false))
        {
            _position += _current!.Length - _taken;
            _taken = _current.Length;
        }

        await _digesting.ConfigureAwait(false);
        return _digest.Finish();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0 || !await NextAsync(cancellationToken).ConfigureAwait(false))
        {
            return 0;
        }

        int count = Math.Min(buffer.Length, _current!.Length - _taken);
        _current.Buffer.AsMemory(_taken, count).CopyTo(buffer);
        _taken += count;
        _position += count;
        return count;
    }

    public override async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _fetching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (_segments.Reader.TryRead(out Task<Segment>? segment))
        {
            await ((Task)segment).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _digesting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _digest.Dispose();
        _stop.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<bool> NextAsync(CancellationToken cancellationToken)
    {
        if (_current is not null && _taken < _current.Length)
        {
            return true;
        }

        if (_current is not null)
        {
            // The digest may still be at it; the buffer is used again when both are through.
            await _digesting.ConfigureAwait(false);
            _free.Add(_current.Buffer);
            _current = null;
        }

        if (!await _segments.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false) || !_segments.Reader.TryRead(out Task<Segment>? task))
        {
            return false;
        }

        Segment segment = await task.WaitAsync(cancellationToken).ConfigureAwait(false);
        _digesting = Task.Run(() => _digest.Append(segment.Buffer.AsSpan(0, segment.Length)), CancellationToken.None);
        _current = segment;
        _taken = 0;
        if (++_received % SegmentsPerCollection == 0 && _sparesMemory)
        {
            GC.Collect(0);
        }

        return true;
    }

    private async Task FetchRangesAsync()
    {
        Exception? failure = null;
        try
        {
            for (long offset = 0; offset < _source.Length; offset += _segmentSize)
            {
                await _segments.Writer.WriteAsync(FetchAsync(offset), _stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException exception)
        {
            failure = exception;
        }

        _segments.Writer.Complete(failure);
    }

    private async Task<Segment> FetchAsync(long offset)
    {
        var segment = new Segment(Rent(), (int)Math.Min(_segmentSize, _source.Length - offset));
        await _reader.ReadAsync(offset, segment.Buffer.AsMemory(0, segment.Length), _stop.Token).ConfigureAwait(false);
        return segment;
    }

    private async Task FetchInOrderAsync()
    {
        Exception? failure = null;
        try
        {
            byte[] buffer = Rent();
            int filled = 0;
            await _reader.ReadAsync(0, _source.Length, async (at, data) =>
            {
                while (data.Length > 0)
                {
                    int count = Math.Min(data.Length, _segmentSize - filled);
                    data[..count].CopyTo(buffer.AsMemory(filled));
                    filled += count;
                    data = data[count..];
                    if (filled == _segmentSize)
                    {
                        await _segments.Writer.WriteAsync(Task.FromResult(new Segment(buffer, filled)), _stop.Token).ConfigureAwait(false);
                        (buffer, filled) = (Rent(), 0);
                    }
                }
            }, _stop.Token).ConfigureAwait(false);
            await _segments.Writer.WriteAsync(Task.FromResult(new Segment(buffer, filled)), _stop.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            failure = exception; // the reader gets it
        }

        _segments.Writer.Complete(failure);
    }

    private byte[] Rent() => _free.TryTake(out byte[]? buffer) ? buffer : GC.AllocateUninitializedArray<byte>(_segmentSize);

    private sealed record Segment(byte[] Buffer, int Length);
}

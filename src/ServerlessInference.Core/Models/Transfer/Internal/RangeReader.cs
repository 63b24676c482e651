using System.Buffers;
using Microsoft.Extensions.Logging;
using ServerlessInference.Shared;

namespace ServerlessInference.Models.Transfer;

/// <summary>Reads a range of an object. If a connection breaks, reading continues at that point over a new one.</summary>
/// <remarks>
/// A connection counts as broken if it does not deliver the next <see cref="MinProgress"/> bytes within the idle timeout. Without that
/// rule, a stalled body would hang for minutes, and a body that trickles in would take hours.
/// </remarks>
internal sealed partial class RangeReader(
    IRemoteObject source, TimeSpan idleTimeout, RetryStrategy retry, TimeProvider time, ILogger logger)
{
    private const int BufferSize = 256 * 1024;

    /// <summary>The bytes that a connection must deliver within the idle timeout.</summary>
    /// <remarks>Only a connection that has delivered as much resets the count of failures.</remarks>
    private const int MinProgress = 64 * 1024;

    /// <summary>Receives bytes in order.</summary>
    /// <param name="offset">Their position in the object.</param>
    /// <param name="data">The bytes; valid only during the call.</param>
    public delegate ValueTask Sink(long offset, ReadOnlyMemory<byte> data);

    /// <summary>Reads a range piece by piece.</summary>
    public async Task ReadAsync(long offset, long length, Sink sink, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(BufferSize, length));
        try
        {
            await ReadAsync(_ => buffer, offset, length, sink, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads a range into memory.</summary>
    public Task ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken) => ReadAsync(
        done => destination[(int)done..], offset, destination.Length, static (_, _) => ValueTask.CompletedTask, cancellationToken);

    private async Task ReadAsync(
        Func<long, Memory<byte>> getBuffer, long offset, long length, Sink sink, CancellationToken cancellationToken)
    {
        long done = 0;
        int failures = 0;
        while (done < length)
        {
            long before = done;
            var connection = new Connection(source, idleTimeout, time);
            await using (connection.ConfigureAwait(false))
            {
                while (done < length && connection.Failure is null)
                {
                    Memory<byte> buffer = getBuffer(done);
                    int filled = await connection.FillAsync(buffer, offset + done, length - done, cancellationToken).ConfigureAwait(false);
                    if (filled > 0)
                    {
                        await sink(offset + done, buffer[..filled]).ConfigureAwait(false);
                        done += filled;
                    }
                }
            }

            if (connection.Failure is { } failure && done < length)
            {
                failures = done - before >= MinProgress ? 1 : failures + 1;
                LogBrokenConnection(logger, source.Location, offset + done, failures, failure.Message);
                if (failures >= retry.MaxAttempts)
                {
                    throw new ModelLoadException(
                        $"{source.Location} cannot be read: {failures} attempts in a row failed at byte {offset + done:N0} of " +
                        $"{source.Length:N0}, the last with: {failure.Message}", failure);
                }

                await retry.PauseAsync(failures, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    [LoggerMessage(EventId = 40, Level = LogLevel.Warning,
        Message = "Reading {Location} was interrupted at byte {Position} (failure {Failures} in a row): {Reason}")]
    private static partial void LogBrokenConnection(ILogger logger, string location, long position, int failures, string reason);

    /// <summary>One connection, from opening it to its first failure.</summary>
    private sealed class Connection(IRemoteObject source, TimeSpan idleTimeout, TimeProvider time) : IAsyncDisposable
    {
        private CancellationTokenSource? _idle;
        private CancellationTokenSource? _linked;
        private Stream? _body;
        private int _receivedSinceReset;

        /// <summary>Gets why the connection cannot be used any more; <see langword="null"/> as long as it can.</summary>
        public Exception? Failure { get; private set; }

        /// <summary>Fills the buffer as long as the connection works. Bytes that arrive before a failure are kept.</summary>
        public async ValueTask<int> FillAsync(Memory<byte> buffer, long offset, long wanted, CancellationToken cancellationToken)
        {
            int filled = 0;
            int capacity = (int)Math.Min(buffer.Length, wanted);
            try
            {
                if (_body is null)
                {
                    await OpenAsync(buffer, offset, wanted, cancellationToken).ConfigureAwait(false);
                }

                ResetIdleTimeout();

                while (filled < capacity)
                {
                    int read = await ReadAsync(buffer[filled..capacity]).ConfigureAwait(false);
                    if (read == 0)
                    {
                        throw new EndOfStreamException($"the body ended {wanted - filled:N0} bytes early");
                    }

                    filled += read;
                }

                // The consumer of the bytes may take its time; that must not count against the connection.
                _idle!.CancelAfter(Timeout.InfiniteTimeSpan);
            }
            catch (Exception exception) when (RetryStrategy.IsTransient(exception, cancellationToken))
            {
                Failure = exception is OperationCanceledException ? CreateTimeout(exception) : exception;
            }

            return filled;
        }

        public async ValueTask DisposeAsync()
        {
            if (_body is not null)
            {
                await _body.DisposeAsync().ConfigureAwait(false);
            }

            _linked?.Dispose();
            _idle?.Dispose();
        }

        private async ValueTask OpenAsync(Memory<byte> buffer, long offset, long wanted, CancellationToken cancellationToken)
        {
            _idle = new CancellationTokenSource(idleTimeout, time);
            _linked = CancellationTokenSource.CreateLinkedTokenSource(_idle.Token, cancellationToken);
            if (source.AcceptsRanges)
            {
                _body = await source.OpenReadAsync(offset, wanted, _linked.Token).ConfigureAwait(false);
                return;
            }

            // Without ranges, the object is read from its start again and everything up to the offset is discarded.
            _body = await source.OpenReadAsync(0, source.Length, _linked.Token).ConfigureAwait(false);
            for (long skipped = 0; skipped < offset;)
            {
                int read = await ReadAsync(buffer[..(int)Math.Min(buffer.Length, offset - skipped)]).ConfigureAwait(false);
                skipped += read > 0 ? read : throw new EndOfStreamException($"the body ended at byte {skipped:N0}");
            }
        }

        private async ValueTask<int> ReadAsync(Memory<byte> buffer)
        {
            int read = await _body!.ReadAsync(buffer, _linked!.Token).ConfigureAwait(false);
            _receivedSinceReset += read;
            if (_receivedSinceReset >= MinProgress)
            {
                ResetIdleTimeout();
            }

            return read;
        }

        private void ResetIdleTimeout()
        {
            _idle!.CancelAfter(idleTimeout);
            _receivedSinceReset = 0;
        }

        private TimeoutException CreateTimeout(Exception exception)
        {
            string received = _receivedSinceReset == 0 ? "nothing" : $"only {_receivedSinceReset:N0} bytes";
            return new TimeoutException($"{received} arrived within {idleTimeout.TotalSeconds:0.###} s", exception);
        }
    }
}

using System.Buffers;
using Microsoft.Extensions.Logging;

namespace ServerlessInference.Models.Transfer;

/// <summary>Reads a range of an object, again and again from where it broke off.</summary>
/// <remarks>
/// A connection that does not bring the next <see cref="Progress"/> bytes within the idle timeout counts as broken: a stalled body would otherwise
/// hang for minutes, and one that drips for hours.
/// </remarks>
internal sealed partial class RangeReader(IRemoteObject source, RemoteModelOptions options, TimeProvider time, ILogger logger)
{
    private const int BufferSize = 256 * 1024;

    /// <summary>What a connection must bring within the idle timeout, and must have brought to count as one that worked.</summary>
    private const int Progress = 64 * 1024;

    /// <summary>Takes bytes in order.</summary>
    /// <param name="offset">Where in the object they stand.</param>
    /// <param name="data">The bytes, valid during the call.</param>
    public delegate ValueTask Sink(long offset, ReadOnlyMemory<byte> data);

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
    public Task ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken) =>
        ReadAsync(done => destination[(int)done..], offset, destination.Length, static (_, _) => ValueTask.CompletedTask, cancellationToken);

    private async Task ReadAsync(Func<long, Memory<byte>> place, long offset, long length, Sink sink, CancellationToken cancellationToken)
    {
        long done = 0;
        int failures = 0;
        while (done < length)
        {
            long before = done;
            var attempt = new Attempt(source, options.IdleTimeout, time);
            await using (attempt.ConfigureAwait(false))
            {
                while (done < length && attempt.Failure is null)
                {
                    Memory<byte> buffer = place(done);
                    int filled = await attempt.FillAsync(buffer, offset + done, length - done, cancellationToken).ConfigureAwait(false);
                    if (filled > 0)
                    {
                        await sink(offset + done, buffer[..filled]).ConfigureAwait(false);
                        done += filled;
                    }
                }
            }

            if (attempt.Failure is { } failure && done < length)
            {
                failures = done - before >= Progress ? 1 : failures + 1;
                LogBroken(logger, source.Location, offset + done, failures, failure.Message);
                if (failures >= options.MaxAttempts)
                {
                    throw new ModelLoadException(
                        $"{source.Location} cannot be read: {options.MaxAttempts} attempts in a row at byte {offset + done:N0} of {source.Length:N0} failed, " +
                        $"the last with: {failure.Message}", failure);
                }

                await Task.Delay(PauseAfter(failures), time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static TimeSpan PauseAfter(int failures) => TimeSpan.FromMilliseconds(Math.Min(5_000, 100 << Math.Min(failures - 1, 10)));

    [LoggerMessage(EventId = 40, Level = LogLevel.Warning, Message = "Reading {Location} broke off at byte {Position} (failure {Failures} in a row): {Reason}")]
    private static partial void LogBroken(ILogger logger, string location, long position, int failures, string reason);

    /// <summary>One connection.</summary>
    private sealed class Attempt(IRemoteObject source, TimeSpan idleTimeout, TimeProvider time) : IAsyncDisposable
    {
        private CancellationTokenSource? _idle;
        private CancellationTokenSource? _linked;
        private Stream? _body;
        private int _came;

        /// <summary>Gets why this connection is of no more use.</summary>
        public Exception? Failure { get; private set; }

        /// <summary>Fills the buffer as far as the connection lasts; what came before a failure counts.</summary>
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

                Rearm();

                while (filled < capacity)
                {
                    int read = await ReadAsync(buffer[filled..capacity]).ConfigureAwait(false);
                    if (read == 0)
                    {
                        throw new EndOfStreamException($"the body ended {wanted - filled:N0} bytes early");
                    }

                    filled += read;
                }

                _idle!.CancelAfter(Timeout.InfiniteTimeSpan); // whoever takes the bytes may take its time
            }
            catch (Exception exception) when (IsTransient(exception, cancellationToken))
            {
                Failure = exception is OperationCanceledException
                    ? new TimeoutException($"{(_came == 0 ? "nothing" : $"only {_came:N0} bytes")} came for {idleTimeout.TotalSeconds:0.###} s", exception)
                    : exception;
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

            // The same bytes come once more, up to where the last connection broke off.
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
            _came += read;
            if (_came >= Progress)
            {
                Rearm();
            }

            return read;
        }

        private void Rearm()
        {
            _idle!.CancelAfter(idleTimeout);
            _came = 0;
        }

        private static bool IsTransient(Exception exception, CancellationToken cancellationToken) =>
            !cancellationToken.IsCancellationRequested
            && exception is IOException or TimeoutException or HttpRequestException or OperationCanceledException;
    }
}

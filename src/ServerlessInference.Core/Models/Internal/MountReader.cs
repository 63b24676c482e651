using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace ServerlessInference.Models;

/// <summary>
/// Reads the files of a model on a mount once, into the system's cache, while a source that is too slow can still be left for the next one.
/// What reads or maps them afterwards does not wait for the mount any more.
/// </summary>
/// <remarks>
/// Each read takes place on a thread that is abandoned if it does not come back, since nothing can cancel a system call on a file system
/// that does not answer.
/// </remarks>
internal sealed partial class MountReader(TimeProvider time, ILogger logger)
{
    /// <summary>How long a mount may deliver nothing: as long as it may take to list its files.</summary>
    internal static readonly TimeSpan StallTimeout = FileSystemModelSource.ProbeTimeout;

    /// <summary>How often the progress is checked.</summary>
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    private const int BlockSize = 256 * 1024;

    /// <summary>Reads files.</summary>
    /// <param name="files">The files that are about to be loaded. Those in memory are passed over.</param>
    /// <param name="offer">What the chain knows about them.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="ModelLoadException">A file cannot be read, or not fast enough. The chain is told.</exception>
    public async Task ReadAsync(IEnumerable<ModelFile> files, ModelSourceOffer offer, CancellationToken cancellationToken)
    {
        try
        {
            await ReadAsync([.. files.Where(file => file.PhysicalPath is not null)], offer, cancellationToken).ConfigureAwait(false);
        }
        catch (ModelLoadException exception)
        {
            offer.Refuse(ModelSourceRefusal.NotRead, exception);
            throw;
        }
    }

    private async Task ReadAsync(List<ModelFile> files, ModelSourceOffer offer, CancellationToken cancellationToken)
    {
        var progress = new ReadProgress { Total = files.Sum(file => file.Length) };

        // Disposed when the reading has ended, which may be long after this method has.
        var stop = new CancellationTokenSource();
        Task reading = Task.Factory.StartNew(
            () => Read(files, progress, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            await WatchAsync(reading, progress, offer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            _ = reading.ContinueWith(
                static (ended, state) =>
                {
                    _ = ended.Exception;
                    ((CancellationTokenSource)state!).Dispose();
                },
                stop,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    /// <summary>Waits until everything is read, the deadline is reached, or the mount is too slow.</summary>
    private async Task WatchAsync(Task reading, ReadProgress progress, ModelSourceOffer offer, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp(), stalledSince = start, before = 0;
        bool isReported = false;
        while (true)
        {
            TimeSpan wait = offer.Remaining is { } left && left < _interval ? left : _interval;
            if (wait <= TimeSpan.Zero)
            {
                throw Late(offer, progress, $"its deadline of {Seconds(offer.Deadline!.Value)} s");
            }

            try
            {
                await reading.WaitAsync(wait, time, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (TimeoutException)
            {
                // Not finished yet; whether that is acceptable is decided below.
            }

            long now = progress.Bytes;
            TimeSpan elapsed = time.GetElapsedTime(start);
            if (now > before)
            {
                stalledSince = time.GetTimestamp();
            }
            else if (time.GetElapsedTime(stalledSince) >= StallTimeout)
            {
                throw Late(offer, progress, $"{Seconds(elapsed)} s, and nothing in the last {Seconds(StallTimeout)} s");
            }

            before = now;
            if (offer.MinBytesPerSecond is { } rate && elapsed >= _interval && now < rate * elapsed.TotalSeconds)
            {
                throw Late(offer, progress, $"{Seconds(elapsed)} s, which is less than {rate:N0} bytes per second");
            }

            if (!isReported)
            {
                isReported = true;
                LogReading(logger, offer.Source, now, progress.Total, elapsed.TotalSeconds);
            }
        }
    }

    private static void Read(List<ModelFile> files, ReadProgress progress, CancellationToken cancellationToken)
    {
        byte[] block = GC.AllocateUninitializedArray<byte>(BlockSize);
        foreach (ModelFile file in files)
        {
            try
            {
                using SafeFileHandle handle = File.OpenHandle(
                    file.PhysicalPath!, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                long offset = 0;
                for (int count = 1; offset < file.Length && count > 0; offset += count)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    count = RandomAccess.Read(handle, block, offset);
                    progress.Add(count);
                }

                if (offset < file.Length)
                {
                    throw new ModelLoadException(
                        $"'{file.PhysicalPath}' had {file.Length:N0} bytes when it was listed, and now has {offset:N0}. It is being " +
                        "replaced or is incomplete: write a new file and rename it.");
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new ModelLoadException($"'{file.PhysicalPath}' cannot be read: {exception.Message}", exception);
            }
        }
    }

    private static ModelLoadException Late(ModelSourceOffer offer, ReadProgress progress, string within) => new(
        $"{offer.Source} delivered {progress.Bytes:N0} of {progress.Total:N0} bytes within {within}.");

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);

    [LoggerMessage(EventId = 12, Level = LogLevel.Information,
        Message = "Still reading the model from {Source}: {Bytes:N0} of {Total:N0} bytes after {Seconds:0.#} s")]
    private static partial void LogReading(ILogger logger, string source, long bytes, long total, double seconds);

    private sealed class ReadProgress
    {
        private long _bytes;

        public long Total { get; init; }

        public long Bytes => Volatile.Read(ref _bytes);

        public void Add(int count) => Volatile.Write(ref _bytes, _bytes + count);
    }
}

using Microsoft.Extensions.Logging;
using ServerlessInference.Diagnostics;
using ServerlessInference.Models;
using ServerlessInference.Models.Pointers;
using ServerlessInference.Shared;

namespace ServerlessInference.Sessions;

/// <summary>Decides when the source of a model is checked for a new version. Thread-safe.</summary>
/// <remarks>
/// <para>Both a timer and every request ask whether a check is due. On Lambda a process is frozen between requests, so its timer fires late
/// and the first request after the interval starts the check. Elsewhere the timer replaces a model even if nobody calls it.</para>
/// <para>At most one check runs at a time (<c>_running</c>); whoever asks meanwhile joins it. <c>_gate</c> guards <c>_running</c>, the
/// timer and <c>_disposed</c>, and no other lock is taken while it is held.</para>
/// <para>Checks that fail are repeated after growing pauses. If the location of the model comes from a pointer, the pointer is nevertheless
/// read at each interval, and a check during a pause takes place only if the pointer has moved: a corrected pointer is not one more attempt
/// at what failed.</para>
/// </remarks>
internal sealed partial class ModelRefresh(
    ModelEntry entry,
    ModelReplacer replacer,
    IPointedSource? pointed,
    InferenceTelemetry telemetry,
    TimeProvider time,
    ILogger<ModelRefresh> logger)
    : IDisposable
{
    /// <summary>The interval doubles with each consecutive failure, up to this many times (64 times the interval).</summary>
    private const int MaxDoublings = 6;

    /// <summary>The longest interval that failures can lead to, unless the configured interval is longer.</summary>
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _disposing = new();
    private Task<bool>? _running;
    private ITimer? _timer;
    private long _due = long.MaxValue;
    private long _pauseEnd; // read by checks, which never run at the same time as the one that wrote it
    private int _failures;
    private bool _disposed;

    /// <summary>Gets how long a request waits for a running check.</summary>
    public TimeSpan RequestWait => entry.Settings.ReplacementWait;

    /// <summary>Starts a check if one is due.</summary>
    /// <returns>The running check; <see langword="null"/> if there is none.</returns>
    public Task? CheckIfDue()
    {
        Task? running = Volatile.Read(ref _running);
        return running is { IsCompleted: false } ? running : time.GetTimestamp() < Volatile.Read(ref _due) ? null : Start(requested: false);
    }

    /// <summary>Starts a check unless one is running.</summary>
    /// <returns>The running check; its result is whether a new version is now in use.</returns>
    public Task<bool> CheckNow() => Start(requested: true);

    private Task<bool> Start(bool requested)
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return Task.FromResult(false);
            }

            if (_running is { IsCompleted: false } running)
            {
                return running;
            }

            // The check does not belong to the request that noticed that it is due, so it must not appear in that request's trace.
            using AsyncFlowControl flow = ExecutionContext.SuppressFlow();
            Task<bool> check = Task.Run(() => CheckAsync(requested));
            _ = check.ContinueWith(
                static task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            Volatile.Write(ref _running, check);
            return check;
        }
    }

    /// <summary>Waits for a check, but no longer than a request waits. A failed check must not fail the request.</summary>
    public async Task WaitForAsync(Task check, CancellationToken cancellationToken)
    {
        await ((Task)Task.WhenAny(check, Task.Delay(RequestWait, time, cancellationToken)))
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Waits until a check that is running or due has ended, regardless of its result.</summary>
    public async Task FinishDueCheckAsync(CancellationToken cancellationToken)
    {
        if (CheckIfDue() is { } check)
        {
            await check.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Sets the time of the next check.</summary>
    public void Schedule() => Schedule(endsPause: true);

    private void Schedule(bool endsPause)
    {
        ModelOptions settings = entry.Settings;
        if (settings.CheckInterval is not { } interval)
        {
            return;
        }

        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            double jitter = 1 + (settings.CheckJitter * ((SnapshotSafeRandom.NextFraction() * 2) - 1));
            TimeSpan pause = endsPause ? GetPause(interval) * jitter : time.GetElapsedTime(time.GetTimestamp(), _pauseEnd);
            TimeSpan delay = pointed is null || pause < interval * jitter ? pause : interval * jitter;
            if (endsPause)
            {
                _pauseEnd = GetTimestampIn(pause);
            }

            Volatile.Write(ref _due, GetTimestampIn(delay));
            if (_timer is null)
            {
                using AsyncFlowControl flow = ExecutionContext.SuppressFlow();
                _timer = time.CreateTimer(
                    static state => ((ModelRefresh)state!).Start(requested: false), this, delay, Timeout.InfiniteTimeSpan);
            }
            else
            {
                _timer.Change(delay, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Stops checking until the model is loaded again.</summary>
    public void Pause()
    {
        lock (_gate)
        {
            Volatile.Write(ref _due, long.MaxValue);
            _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        Task? running;
        lock (_gate)
        {
            _disposed = true;
            _timer?.Dispose();
            running = _running;
        }

        _disposing.Cancel();
        if (running is null or { IsCompleted: true })
        {
            _disposing.Dispose();
        }
    }

    private long GetTimestampIn(TimeSpan delay) => time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency);

    /// <summary>Returns the time until what failed is tried again, or until the next regular check.</summary>
    private TimeSpan GetPause(TimeSpan interval)
    {
        TimeSpan backoff = interval * Math.Pow(2, Math.Min(_failures, MaxDoublings));
        TimeSpan longest = interval > MaxBackoff ? interval : MaxBackoff;
        return backoff < longest ? backoff : longest;
    }

    /// <summary>Returns whether a check that failed before is not tried again yet.</summary>
    private async ValueTask<bool> IsPausedAsync()
    {
        if (pointed is null || _failures == 0 || time.GetTimestamp() >= _pauseEnd)
        {
            return false;
        }

        if (await pointed.HasMovedAsync(_disposing.Token).ConfigureAwait(false))
        {
            _failures = 0;
            return false;
        }

        return true;
    }

    private async Task<bool> CheckAsync(bool requested)
    {
        bool isLoaded = true, isPaused = false;
        try
        {
            if (entry.Current is not { } model)
            {
                isLoaded = false;
                return false;
            }

            if (!requested && await IsPausedAsync().ConfigureAwait(false))
            {
                isPaused = true;
                return false;
            }

            bool replaced = await replacer.ReplaceIfChangedAsync(entry, model, _disposing.Token).ConfigureAwait(false);
            _failures = 0;
            entry.SetLastError(null);
            return replaced;
        }
        catch (OperationCanceledException) when (_disposing.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception exception)
        {
            _failures++;
            entry.SetLastError(exception);
            telemetry.ReplacementFailed(entry.Name, exception);
            LogKept(
                logger, entry.Name, entry.Settings.CheckInterval is null ? "when a refresh is requested" : "later than usual",
                exception.Message);
            throw;
        }
        finally
        {
            // An evicted model is not checked. Its next load takes the newest version anyway, and schedules the next check.
            if (isLoaded)
            {
                Schedule(endsPause: !isPaused);
            }
        }
    }

    [LoggerMessage(EventId = 4, Level = LogLevel.Warning, Message =
        "Model {Model} stays in use, and its source is checked again {When}: {Reason}")]
    private static partial void LogKept(ILogger logger, string model, string when, string reason);
}

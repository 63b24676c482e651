using Microsoft.Extensions.Logging;
using ServerlessInference.Diagnostics;
using ServerlessInference.Models;
using ServerlessInference.Shared;

namespace ServerlessInference.Sessions;

/// <summary>Decides when a model's source is asked for a new version. Thread-safe.</summary>
/// <remarks>
/// Two things ask whether a check is due: a timer, and every request. On Lambda a process stands still between requests, so there its
/// timer is late and the first request after the interval starts the check; elsewhere a model is replaced although nobody calls.
/// </remarks>
internal sealed partial class ModelRefresh(
    ModelEntry entry, ModelReplacer replacer, InferenceTelemetry telemetry, TimeProvider time, ILogger<ModelRefresh> logger)
    : IDisposable
{
    /// <summary>After this many failures in a row the interval does not grow any more (64 times itself).</summary>
    private const int MostDoublings = 6;

    /// <summary>What failures alone do not make an interval longer than.</summary>
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _disposing = new();
    private Task<bool>? _running;
    private ITimer? _timer;
    private long _due = long.MaxValue;
    private int _failures;
    private bool _disposed;

    /// <summary>Gets how long a request waits for what is under way.</summary>
    public TimeSpan RequestsWait => entry.Settings.ReplacementWait;

    /// <summary>Begins a check where one is due.</summary>
    /// <returns>The check that is under way; <see langword="null"/> where none is.</returns>
    public Task? CheckWhenDue()
    {
        Task? running = Volatile.Read(ref _running);
        return running is { IsCompleted: false } ? running : time.GetTimestamp() < Volatile.Read(ref _due) ? null : CheckNow();
    }

    /// <summary>Begins a check unless one is under way.</summary>
    /// <returns>Whether a new version took over.</returns>
    public Task<bool> CheckNow()
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

            // It is nobody's request, so it must not count as part of the one that noticed that it is due.
            using AsyncFlowControl flow = ExecutionContext.SuppressFlow();
            Task<bool> check = Task.Run(CheckAsync);
            _ = check.ContinueWith(
                static task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            Volatile.Write(ref _running, check);
            return check;
        }
    }

    /// <summary>Waits as long as a request waits, whatever comes of it: what hinders a new version is no trouble of the request's.</summary>
    public async Task WaitForAsync(Task check, CancellationToken cancellationToken)
    {
        await ((Task)Task.WhenAny(check, Task.Delay(RequestsWait, time, cancellationToken))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Waits for the check that is under way or due to its end, whatever comes of it.</summary>
    public async Task FinishDueCheckAsync(CancellationToken cancellationToken)
    {
        if (CheckWhenDue() is { } check)
        {
            await check.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Sets when the next check is due.</summary>
    public void Schedule()
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

            TimeSpan delay = DelayOf(interval, settings.CheckJitter);
            Volatile.Write(ref _due, time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency));
            if (_timer is null)
            {
                using AsyncFlowControl flow = ExecutionContext.SuppressFlow();
                _timer = time.CreateTimer(static state => ((ModelRefresh)state!).CheckNow(), this, delay, Timeout.InfiniteTimeSpan);
            }
            else
            {
                _timer.Change(delay, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Checks no more until the model is loaded again.</summary>
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

    private TimeSpan DelayOf(TimeSpan interval, double jitter)
    {
        TimeSpan backoff = interval * Math.Pow(2, Math.Min(_failures, MostDoublings));
        TimeSpan longest = interval > LongestBackoff ? interval : LongestBackoff;
        return (backoff < longest ? backoff : longest) * (1 + (jitter * ((SnapshotSafeRandom.NextFraction() * 2) - 1)));
    }

    private async Task<bool> CheckAsync()
    {
        bool wanted = true;
        try
        {
            if (entry.Current is not { } model)
            {
                wanted = false;
                return false;
            }

            bool replaced = await replacer.ReplaceWhenChangedAsync(entry, model, _disposing.Token).ConfigureAwait(false);
            _failures = 0;
            entry.Note(null);
            return replaced;
        }
        catch (OperationCanceledException) when (_disposing.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception exception)
        {
            _failures++;
            entry.Note(exception);
            telemetry.ReplacementFailed(entry.Name, exception);
            LogKept(logger, entry.Name, entry.Settings.CheckInterval is null ? "when it is asked for" : "later than usual", exception.Message);
            throw;
        }
        finally
        {
            if (wanted)
            {
                Schedule();
            }
        }
    }

    [LoggerMessage(EventId = 4, Level = LogLevel.Warning, Message = "Model {Model} stays as it is, and is checked again {When}: {Reason}")]
    private static partial void LogKept(ILogger logger, string model, string when, string reason);
}

using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ServerlessInference.Models;

/// <summary>Sources tried in order, each with its own deadline; the first that has the model serves it.</summary>
/// <remarks>
/// <para>A source that is still busy at its deadline is left behind: what it brings later is disposed. When all fail, one exception
/// reports every source with its reason.</para>
/// <para>A source that failed twice in a row or more often is put behind the others for a while: 30 seconds, then twice as long after each
/// failure, up to 10 minutes. So a mount that hangs does not cost its deadline again whenever the model is loaded anew.</para>
/// <para>Once a source has served the model, the version is asked of the best one that has, and of those before it: a fallback never takes
/// the place of a model that a better source has brought.</para>
/// <para>Thread-safe.</para>
/// </remarks>
public sealed partial class ModelSourceChain : IModelSource
{
    /// <summary>What timers may be early by.</summary>
    private static readonly TimeSpan TimerSlack = TimeSpan.FromMilliseconds(20);

    private readonly IReadOnlyList<ModelSourceChainLink> _links;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ModelSourceHealth _health;
    private int _served = -1;

    /// <summary>Creates a chain.</summary>
    /// <param name="links">The sources, first to last.</param>
    /// <param name="timeProvider">The clock of the deadlines; <see langword="null"/> for the system's.</param>
    /// <param name="logger">Hears of every source that fails; may be <see langword="null"/>.</param>
    /// <exception cref="ArgumentException">There is no source, or a deadline is not above zero.</exception>
    public ModelSourceChain(IReadOnlyList<ModelSourceChainLink> links, TimeProvider? timeProvider = null, ILogger<ModelSourceChain>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(links);
        if (links.Count == 0)
        {
            throw new ArgumentException("A chain needs at least one source.", nameof(links));
        }

        foreach (ModelSourceChainLink link in links)
        {
            if (link.Deadline is { } deadline && deadline <= TimeSpan.Zero)
            {
                throw new ArgumentException($"The deadline of {link.Source.Description} is {deadline}; it must be above zero.", nameof(links));
            }
        }

        _links = links;
        _time = timeProvider ?? TimeProvider.System;
        _logger = logger ?? (ILogger)NullLogger.Instance;
        _health = new ModelSourceHealth(links.Count, _time);
    }

    /// <inheritdoc/>
    public string Description => string.Join(", then ", _links.Select(link => link.Source.Description));

    /// <inheritdoc/>
    public async ValueTask<string> GetVersionAsync(CancellationToken cancellationToken = default)
    {
        int served = Volatile.Read(ref _served);
        List<int> order = served < 0 ? _health.Order() : _health.OrderUpTo(served);
        return (await FirstAsync(order, static (source, token) => source.GetVersionAsync(token), static _ => { }, cancellationToken).ConfigureAwait(false)).Result;
    }

    /// <inheritdoc/>
    public async ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default)
    {
        (int link, ModelArtifact artifact) = await FirstAsync(
            _health.Order(), static (source, token) => source.LoadAsync(token), static late => late.Dispose(), cancellationToken).ConfigureAwait(false);
        int served = Volatile.Read(ref _served);
        Volatile.Write(ref _served, served < 0 ? link : Math.Min(served, link));
        return artifact;
    }

    private async ValueTask<(int Link, T Result)> FirstAsync<T>(
        List<int> order, Func<IModelSource, CancellationToken, ValueTask<T>> ask, Action<T> discard, CancellationToken cancellationToken)
    {
        var failures = new List<ModelSourceFailure>();
        foreach (int index in order)
        {
            ModelSourceChainLink link = _links[index];
            long start = _time.GetTimestamp();
            try
            {
                T result = await WithinDeadlineAsync(link, ask, discard, cancellationToken).ConfigureAwait(false);
                _health.Succeeded(index);
                return (index, result);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                TimeSpan elapsed = _time.GetElapsedTime(start);
                string reason = exception is TimeoutException or OperationCanceledException && link.Deadline is { } deadline && elapsed >= deadline - TimerSlack
                    ? $"no answer within its deadline of {deadline.TotalSeconds:0.###} s"
                    : exception.Message;
                failures.Add(new ModelSourceFailure(link.Source.Description, reason, elapsed, exception));
                LogFailed(_logger, link.Source.Description, elapsed.TotalMilliseconds, reason);
                Activity.Current?.AddEvent(new ActivityEvent(
                    "model.source.failed", tags: new ActivityTagsCollection { ["model.source"] = link.Source.Description, ["reason"] = reason }));
                if (_health.Failed(index) is { } pause && _links.Count > 1)
                {
                    LogPutBack(_logger, link.Source.Description, pause.TotalSeconds);
                }
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        string list = string.Join(" ", failures.Select((failure, index) =>
            $"({index + 1}) {failure.Source}, after {failure.Elapsed.TotalMilliseconds:0} ms: {failure.Reason}"));
        throw new ModelLoadException(
            failures.Count == 1 ? $"The model's only source failed. {list}" : $"All {failures.Count} sources of the model failed. {list}", failures);
    }

    private async ValueTask<T> WithinDeadlineAsync<T>(
        ModelSourceChainLink link, Func<IModelSource, CancellationToken, ValueTask<T>> ask, Action<T> discard, CancellationToken cancellationToken)
    {
        if (link.Deadline is not { } deadline)
        {
            return await ask(link.Source, cancellationToken).ConfigureAwait(false);
        }

        // Both are disposed only when the source has ended, which may be after the deadline.
        var limit = new CancellationTokenSource(deadline, _time);
        var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);

        // On another thread, since a source may block before it first awaits.
        Task<T> task = Task.Run(() => ask(link.Source, linked.Token).AsTask(), CancellationToken.None);
        bool taken = false;
        try
        {
            // A hung mount does not heed the token, hence the second limit.
            T result = await task.WaitAsync(deadline, _time, cancellationToken).ConfigureAwait(false);
            taken = true;
            return result;
        }
        finally
        {
            if (taken || task.IsFaulted || task.IsCanceled)
            {
                linked.Dispose();
                limit.Dispose();
            }
            else
            {
                // Also where it has just succeeded: nobody else would dispose what it brought.
                _ = LeaveBehindAsync(task, discard, linked, limit);
            }
        }
    }

    private static async Task LeaveBehindAsync<T>(Task<T> task, Action<T> discard, CancellationTokenSource linked, CancellationTokenSource limit)
    {
        await linked.CancelAsync().ConfigureAwait(false);
        await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (task.IsCompletedSuccessfully)
        {
            discard(await task.ConfigureAwait(false));
        }

        linked.Dispose();
        limit.Dispose();
    }

    [LoggerMessage(EventId = 10, Level = LogLevel.Warning, Message = "Model source {Source} failed after {ElapsedMs:0} ms: {Reason}")]
    private static partial void LogFailed(ILogger logger, string source, double elapsedMs, string reason);

    [LoggerMessage(EventId = 11, Level = LogLevel.Warning, Message = "Model source {Source} keeps failing, so for {Seconds} s the others are tried before it")]
    private static partial void LogPutBack(ILogger logger, string source, double seconds);
}

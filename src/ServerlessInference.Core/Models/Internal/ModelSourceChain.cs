using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ServerlessInference.Models;

/// <summary>Sources that are tried in order, each with its own deadline. The first one that has the model provides it.</summary>
/// <remarks>
/// <para>A source that misses its deadline is abandoned; what it returns later is disposed. If all sources fail, a single exception reports
/// every source and why it failed.</para>
/// <para>A source that fails two or more times in a row is tried after the others for a while: for 30 seconds, then twice as long after
/// each further failure, up to 10 minutes. A mount that hangs therefore does not use up its deadline at every load.</para>
/// <para>Once a model has been loaded, only the best source that has ever provided it, and the sources before that one, are asked for the
/// version. A fallback thus never replaces a model that came from a better source.</para>
/// <para>Thread-safe.</para>
/// </remarks>
internal sealed partial class ModelSourceChain : IModelSource
{
    /// <summary>A timer may fire this much too early.</summary>
    private static readonly TimeSpan TimerSlack = TimeSpan.FromMilliseconds(20);

    private readonly IReadOnlyList<ModelSourceChainLink> _links;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ModelSourceHealth _health;

    /// <summary>The index of the best source that has ever provided the model; -1 before the first load.</summary>
    private int _best = -1;

    /// <summary>Creates a chain.</summary>
    /// <param name="links">The sources, first to last.</param>
    /// <param name="timeProvider">The clock for the deadlines; <see langword="null"/> for the system clock.</param>
    /// <param name="logger">Receives a warning for each source that fails; may be <see langword="null"/>.</param>
    /// <exception cref="ArgumentException">There is no source, or a deadline is not above zero.</exception>
    public ModelSourceChain(
        IReadOnlyList<ModelSourceChainLink> links, TimeProvider? timeProvider = null, ILogger<ModelSourceChain>? logger = null)
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
                throw new ArgumentException(
                    $"The deadline of {link.Source.Description} is {deadline}; it must be above zero.", nameof(links));
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
        int best = Volatile.Read(ref _best);
        List<int> order = best < 0 ? _health.GetOrder() : _health.GetOrderUpTo(best);
        (_, string version) = await FirstAsync(
            order, static (source, token) => source.GetVersionAsync(token), static _ => { }, cancellationToken).ConfigureAwait(false);
        return version;
    }

    /// <inheritdoc/>
    public async ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default)
    {
        (int link, ModelArtifact artifact) = await FirstAsync(
            _health.GetOrder(), static (source, token) => source.LoadAsync(token), static late => late.Dispose(), cancellationToken)
            .ConfigureAwait(false);
        int best = Volatile.Read(ref _best);
        Volatile.Write(ref _best, best < 0 ? link : Math.Min(best, link));
        return artifact;
    }

    private async ValueTask<(int Link, T Result)> FirstAsync<T>(
        List<int> order,
        Func<IModelSource, CancellationToken, ValueTask<T>> operation,
        Action<T> discard,
        CancellationToken cancellationToken)
    {
        var failures = new List<ModelSourceFailure>();
        foreach (int index in order)
        {
            ModelSourceChainLink link = _links[index];
            long start = _time.GetTimestamp();
            try
            {
                T result = await RunAsync(link, operation, discard, cancellationToken).ConfigureAwait(false);
                _health.Succeeded(index);
                return (index, result);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                failures.Add(ReportFailure(index, exception, _time.GetElapsedTime(start)));
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        string list = string.Join(" ", failures.Select((failure, index) =>
            $"({index + 1}) {failure.Source}, after {failure.Elapsed.TotalMilliseconds:0} ms: {failure.Reason}"));
        string heading = failures.Count == 1 ? "The model's only source failed." : $"All {failures.Count} sources of the model failed.";
        throw new ModelLoadException($"{heading} {list}", failures);
    }

    private ModelSourceFailure ReportFailure(int index, Exception exception, TimeSpan elapsed)
    {
        ModelSourceChainLink link = _links[index];
        string source = link.Source.Description;
        bool isLate = exception is TimeoutException or OperationCanceledException && elapsed >= link.Deadline - TimerSlack;
        string reason = isLate ? $"no answer within its deadline of {link.Deadline!.Value.TotalSeconds:0.###} s" : exception.Message;
        LogSourceFailed(_logger, source, elapsed.TotalMilliseconds, reason);
        var tags = new ActivityTagsCollection { ["model.source"] = source, ["reason"] = reason };
        Activity.Current?.AddEvent(new ActivityEvent("model.source.failed", tags: tags));
        if (_health.Failed(index) is { } pause && _links.Count > 1)
        {
            LogSourcePostponed(_logger, source, pause.TotalSeconds);
        }

        return new ModelSourceFailure(source, reason, elapsed, exception);
    }

    // A source without a deadline runs on the caller's thread: the caller of the chain takes care of sources that hang.
    private ValueTask<T> RunAsync<T>(
        ModelSourceChainLink link,
        Func<IModelSource, CancellationToken, ValueTask<T>> operation,
        Action<T> discard,
        CancellationToken cancellationToken) =>
        link.Deadline is { } deadline
            ? new(AbandonableOperation.RunAsync(link.Source, operation, discard, deadline, _time, cancellationToken))
            : operation(link.Source, cancellationToken);

    [LoggerMessage(EventId = 10, Level = LogLevel.Warning, Message = "Model source {Source} failed after {ElapsedMs:0} ms: {Reason}")]
    private static partial void LogSourceFailed(ILogger logger, string source, double elapsedMs, string reason);

    [LoggerMessage(EventId = 11, Level = LogLevel.Warning,
        Message = "Model source {Source} keeps failing, so the others are tried before it for {Seconds} s")]
    private static partial void LogSourcePostponed(ILogger logger, string source, double seconds);
}

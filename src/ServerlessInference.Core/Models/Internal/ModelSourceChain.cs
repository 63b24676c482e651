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
/// <para>A source has served only when its files have become a session. If they cannot be read in time or are not a model, the loader
/// refuses them (<see cref="ModelArtifact.Offer"/>) and asks again: the source is then tried last, and the version that is not a model is
/// passed over until the source has another one.</para>
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
        Served<string> served = await FirstAsync(
            best < 0 ? _health.GetOrder() : _health.GetOrderUpTo(best),
            static (source, token) => source.GetVersionAsync(token),
            static _ => { },
            static version => version,
            loading: false,
            cancellationToken).ConfigureAwait(false);
        return served.Result;
    }

    /// <inheritdoc/>
    public async ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default)
    {
        Served<ModelArtifact> served = await FirstAsync(
            _health.GetOrder(),
            static (source, token) => source.LoadAsync(token),
            static late => late.Dispose(),
            static artifact => artifact.Version,
            loading: true,
            cancellationToken).ConfigureAwait(false);
        int best = Volatile.Read(ref _best);
        Volatile.Write(ref _best, best < 0 ? served.Link : Math.Min(best, served.Link));
        served.Result.Offer = CreateOffer(served, best);
        return served.Result;
    }

    private ModelSourceOffer CreateOffer(Served<ModelArtifact> served, int bestBefore)
    {
        ModelSourceChainLink link = _links[served.Link];
        string version = served.Result.Version;
        return new ModelSourceOffer(
            link.Source.Description,
            _time,
            served.Start,
            link.Deadline,
            link.MinBytesPerSecond,
            _links.Count > 1,
            served.Failures,
            (kind, reason, elapsed) =>
            {
                // The source has not served after all, so it is not the one that is asked for new versions.
                Interlocked.CompareExchange(ref _best, bestBefore, served.Link);
                LogSourceFailed(_logger, link.Source.Description, elapsed.TotalMilliseconds, reason.Message);
                AddEvent(link.Source.Description, reason.Message);
                TimeSpan pause = _health.Refused(
                    served.Link, served.FailuresBefore, kind == ModelSourceRefusal.NotAModel ? version : null);
                LogPostponed(link.Source.Description, pause);
            });
    }

    private async ValueTask<Served<T>> FirstAsync<T>(
        List<int> order,
        Func<IModelSource, CancellationToken, ValueTask<T>> operation,
        Action<T> discard,
        Func<T, string> getVersion,
        bool loading,
        CancellationToken cancellationToken)
    {
        var failures = new List<ModelSourceFailure>();
        Served<T>? refused = null;
        for (int i = 0; i < order.Count; i++)
        {
            int index = order[i];
            ModelSourceChainLink link = _links[index];
            long start = _time.GetTimestamp();
            try
            {
                T result = await RunAsync(link, operation, discard, cancellationToken).ConfigureAwait(false);
                var served = new Served<T>(index, result, _health.GetFailures(index), start, failures);
                if (refused is null && i + 1 < order.Count && _health.IsRefused(index, getVersion(result)))
                {
                    // These are the files that were not a model. They are tried again only if no other source has any.
                    refused = served;
                    continue;
                }

                _health.Succeeded(index, loading);
                if (refused is not null)
                {
                    discard(refused.Result);
                }

                return served;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                failures.Add(ReportFailure(index, exception, _time.GetElapsedTime(start), loading));
            }
            catch when (refused is not null)
            {
                discard(refused.Result);
                throw;
            }
        }

        if (refused is not null)
        {
            return refused;
        }

        cancellationToken.ThrowIfCancellationRequested();
        string list = string.Join(" ", failures.Select((failure, index) =>
            $"({index + 1}) {failure.Source}, after {failure.Elapsed.TotalMilliseconds:0} ms: {failure.Reason}"));
        string heading = failures.Count == 1 ? "The model's only source failed." : $"All {failures.Count} sources of the model failed.";
        throw new ModelLoadException($"{heading} {list}", failures);
    }

    private ModelSourceFailure ReportFailure(int index, Exception exception, TimeSpan elapsed, bool loading)
    {
        ModelSourceChainLink link = _links[index];
        string source = link.Source.Description;
        bool isLate = exception is TimeoutException or OperationCanceledException && elapsed >= link.Deadline - TimerSlack;
        string reason = isLate ? $"no answer within its deadline of {link.Deadline!.Value.TotalSeconds:0.###} s" : exception.Message;
        LogSourceFailed(_logger, source, elapsed.TotalMilliseconds, reason);
        AddEvent(source, reason);
        if (_health.Failed(index, loading) is { } pause)
        {
            LogPostponed(source, pause);
        }

        return new ModelSourceFailure(source, reason, elapsed, exception);
    }

    private static void AddEvent(string source, string reason)
    {
        var tags = new ActivityTagsCollection { ["model.source"] = source, ["reason"] = reason };
        Activity.Current?.AddEvent(new ActivityEvent("model.source.failed", tags: tags));
    }

    private void LogPostponed(string source, TimeSpan pause)
    {
        if (_links.Count > 1)
        {
            LogSourcePostponed(_logger, source, pause.TotalSeconds);
        }
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

    /// <summary>What a source gave.</summary>
    /// <param name="Link">The index of the source.</param>
    /// <param name="Result">What it gave.</param>
    /// <param name="FailuresBefore">How often in a row it had failed before.</param>
    /// <param name="Start">The timestamp at which it was asked.</param>
    /// <param name="Failures">The sources that failed meanwhile.</param>
    private sealed record Served<T>(int Link, T Result, int FailuresBefore, long Start, List<ModelSourceFailure> Failures);
}

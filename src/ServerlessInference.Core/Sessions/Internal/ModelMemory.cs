using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ServerlessInference.Sessions;

/// <summary>
/// The memory budget that all models of a service container share, and which model is unloaded when it is exceeded. Thread-safe.
/// </summary>
/// <remarks>
/// <para>Reservations are estimates (<see cref="ModelFootprint"/>). A reservation lasts until the model has been freed, so a model that was
/// taken out of use still counts while a request uses it.</para>
/// <para>Lock order: <c>_gate</c> is taken before the lock of a <see cref="ModelEntry"/> (<see cref="ModelEntry.TryEvict"/> is called under
/// it). An entry must therefore call <see cref="ReserveAsync"/> only while it does not hold its own lock.</para>
/// </remarks>
internal sealed partial class ModelMemory(
    Func<IOptions<ModelMemoryOptions>> options, ProcessMemory process, ILogger<ModelMemory> logger)
{
    private readonly Lock _gate = new();
    private IReadOnlyCollection<ModelEntry> _entries = [];
    private long _reserved;
    private long _useCount;
    private volatile bool _isOverBudget;

    /// <summary>Gets the estimated number of bytes that the loaded models need.</summary>
    public long Reserved => Interlocked.Read(ref _reserved);

    public void Attach(IReadOnlyCollection<ModelEntry> entries) => _entries = entries;

    /// <summary>Counts a use of a model.</summary>
    /// <returns>The sequence number of the use. Later uses have higher numbers; with a single model the order does not matter.</returns>
    public long CountUse() => _entries.Count > 1 ? Interlocked.Increment(ref _useCount) : 0;

    /// <summary>Gets whether a model can be loaded while everything that is loaded stays.</summary>
    public bool Allows(ModelFootprint footprint)
    {
        ModelMemoryOptions settings = options().Value;
        return process.GetAvailableBytes(settings.ProcessLimitBytes) >= footprint.Peak
            && (settings.BudgetBytes is not { } budget || Reserved + footprint.Resident <= budget);
    }

    /// <summary>
    /// Reserves memory for a model that is about to be loaded. If the budget requires it, idle models are unloaded first.
    /// </summary>
    public async ValueTask<MemoryReservation> ReserveAsync(string name, long bytes, CancellationToken cancellationToken)
    {
        // A single model has no other model to make room for it. It must not pay for the options before its first answer.
        long? budget = _entries.Count > 1 ? options().Value.BudgetBytes : null;
        while (true)
        {
            Task freed;
            lock (_gate)
            {
                bool fits = budget is null || _reserved + bytes <= budget;
                Task? eviction = fits ? null : EvictOne(name);
                if (eviction is null)
                {
                    _isOverBudget |= !fits;
                    Interlocked.Add(ref _reserved, bytes);
                    if (!fits)
                    {
                        LogOver(logger, name, bytes, Reserved, budget!.Value);
                    }

                    return new MemoryReservation(this, bytes);
                }

                freed = eviction;
            }

            // The caller needs the memory at once, so the evicted model must really be freed, not just be marked as unused.
            await freed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public void Return(long bytes) => Interlocked.Add(ref _reserved, -bytes);

    /// <summary>Called when a model became idle: unloads models if the budget was exceeded because all of them were in use.</summary>
    public void OnModelIdle()
    {
        if (_isOverBudget)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static memory => _ = memory.TrimAsync(), this, preferLocal: false);
        }
    }

    private async Task TrimAsync()
    {
        long budget = options().Value.BudgetBytes ?? long.MaxValue;
        while (true)
        {
            Task? freed;
            lock (_gate)
            {
                _isOverBudget = _reserved > budget;
                freed = _isOverBudget ? EvictOne(FindMostRecentlyUsed()) : null;
            }

            if (freed is null)
            {
                return;
            }

            await freed.ConfigureAwait(false);
        }
    }

    // This model is never evicted here: a model that exceeds the budget alone would be unloaded and loaded again with every request.
    private string? FindMostRecentlyUsed() => _entries.MaxBy(entry => entry.LastUse)?.Name;

    private Task? EvictOne(string? except)
    {
        foreach (ModelEntry entry in _entries
            .Where(entry => entry.Name != except && !entry.Settings.Pinned)
            .OrderBy(entry => entry.LastUse))
        {
            if (entry.TryEvict() is { } freed)
            {
                return freed;
            }
        }

        return null;
    }

    [LoggerMessage(EventId = 7, Level = LogLevel.Warning, Message =
        "Model {Model} needs about {Bytes} bytes; with the models that are in use or pinned that is {Reserved}, and the budget is " +
        "{Budget}. " +
        "Raise ServerlessInference:Memory:BudgetBytes, or set MemoryBytes if the estimate is wrong")]
    private static partial void LogOver(ILogger logger, string model, long bytes, long reserved, long budget);
}

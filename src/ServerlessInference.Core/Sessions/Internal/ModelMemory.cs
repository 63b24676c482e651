using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ServerlessInference.Sessions;

/// <summary>The budget of all models of a container, and who has to go when it is short. Thread-safe.</summary>
/// <remarks>Shares are estimates (<see cref="ModelFootprint"/>); they count until the model is freed, so a model in use counts although it was let go.</remarks>
internal sealed partial class ModelMemory(Func<IOptions<ModelMemoryOptions>> options, ProcessMemory process, ILogger<ModelMemory> logger)
{
    private readonly Lock _gate = new();
    private IReadOnlyCollection<ModelEntry> _entries = [];
    private long _reserved;
    private long _clock;
    private volatile bool _over;

    /// <summary>Gets how many bytes loaded models are taken to need.</summary>
    public long Reserved => Interlocked.Read(ref _reserved);

    public void Attach(IReadOnlyCollection<ModelEntry> entries) => _entries = entries;

    /// <summary>Gives the number of a use; later uses have larger ones.</summary>
    public long Use() => _entries.Count > 1 ? Interlocked.Increment(ref _clock) : 0;

    /// <summary>Tells whether a model can be loaded while everything that is loaded stays.</summary>
    public bool Allows(ModelFootprint footprint)
    {
        ModelMemoryOptions settings = options().Value;
        return process.Available(settings.ProcessLimitBytes) >= footprint.Peak
            && (settings.BudgetBytes is not { } budget || Reserved + footprint.Resident <= budget);
    }

    /// <summary>Takes a share for a model that is about to be loaded, letting others go where the budget asks for it.</summary>
    public async ValueTask<MemoryReservation> ReserveAsync(string name, long bytes, CancellationToken cancellationToken)
    {
        // One model alone has nobody to make room for it, and needs no options on its way to the first answer.
        long? budget = _entries.Count > 1 ? options().Value.BudgetBytes : null;
        while (true)
        {
            Task freed;
            lock (_gate)
            {
                bool fits = budget is null || _reserved + bytes <= budget;
                Task? victim = fits ? null : EvictOne(name);
                if (victim is null)
                {
                    _over |= !fits;
                    Interlocked.Add(ref _reserved, bytes);
                    if (!fits)
                    {
                        LogOver(logger, name, bytes, Reserved, budget!.Value);
                    }

                    return new MemoryReservation(this, bytes);
                }

                freed = victim;
            }

            // The memory is wanted by what comes next, so it has to be free before.
            await freed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public void Return(long bytes) => Interlocked.Add(ref _reserved, -bytes);

    /// <summary>Goes on with what could not be done while every model was in use.</summary>
    public void SomethingBecameIdle()
    {
        if (_over)
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
                _over = _reserved > budget;
                freed = _over ? EvictOne(MostRecentlyUsed()) : null;
            }

            if (freed is null)
            {
                return;
            }

            await freed.ConfigureAwait(false);
        }
    }

    // One model that is above the budget alone would otherwise go and come with every request.
    private string? MostRecentlyUsed() => _entries.MaxBy(entry => entry.LastUse)?.Name;

    private Task? EvictOne(string? except)
    {
        foreach (ModelEntry entry in _entries.Where(entry => entry.Name != except && !entry.Settings.Pinned).OrderBy(entry => entry.LastUse))
        {
            if (entry.TryEvict() is { } freed)
            {
                return freed;
            }
        }

        return null;
    }

    [LoggerMessage(EventId = 7, Level = LogLevel.Warning, Message =
        "Model {Model} needs about {Bytes} bytes, which makes {Reserved} with the models that are in use or pinned; the budget is {Budget}. Raise ServerlessInference:Memory:BudgetBytes, or set MemoryBytes where the estimate is wrong")]
    private static partial void LogOver(ILogger logger, string model, long bytes, long reserved, long budget);
}

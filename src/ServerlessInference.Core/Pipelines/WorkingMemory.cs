using ServerlessInference.Sessions;

namespace ServerlessInference.Pipelines;

/// <summary>Lets work that takes much memory for a short time wait, rather than let all of it begin at once and the process be killed.</summary>
/// <remarks>
/// <para>Preprocessors reserve what they are about to allocate and release it when the tensors are filled. Reserve only around code that
/// runs to its end by itself: work that reserves again while it holds a reservation may wait for itself.</para>
/// <para>Who came first is served first. Thread-safe, a singleton; the limit is that of <see cref="WorkLimits"/>.</para>
/// </remarks>
public sealed class WorkingMemory
{
    private readonly WeightedGate? _gate;

    /// <summary>Creates a limit.</summary>
    /// <param name="limit">Bytes, above zero; <see langword="null"/> for none.</param>
    public WorkingMemory(long? limit = null)
    {
        if (limit is { } bytes)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes, nameof(limit));
            _gate = new WeightedGate(bytes);
        }
    }

    /// <summary>Gets a value indicating whether there is a limit; where there is none, the size of an input need not be found out.</summary>
    public bool IsLimited => _gate is not null;

    /// <summary>Reserves memory that is free at once.</summary>
    /// <param name="bytes">How much, not negative. More than the limit counts as the whole limit.</param>
    /// <returns>Whether it is reserved. If not, wait with <see cref="ReserveAsync"/>.</returns>
    public bool TryReserve(long bytes) => _gate is null || _gate.TryEnter(bytes);

    /// <summary>Reserves memory, waiting until others have released enough.</summary>
    /// <param name="bytes">How much, not negative. More than the limit counts as the whole limit.</param>
    /// <param name="cancellationToken">Ends the waiting; nothing is reserved then.</param>
    /// <returns>A task that ends when it is reserved.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask ReserveAsync(long bytes, CancellationToken cancellationToken = default) =>
        _gate is null ? ValueTask.CompletedTask : _gate.EnterAsync(bytes, cancellationToken);

    /// <summary>Gives reserved memory back.</summary>
    /// <param name="bytes">What was reserved.</param>
    public void Release(long bytes) => _gate?.Exit(bytes);
}

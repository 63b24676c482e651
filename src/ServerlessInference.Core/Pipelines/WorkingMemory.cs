using ServerlessInference.Sessions;

namespace ServerlessInference.Pipelines;

/// <summary>Makes work that needs much memory for a short time wait, so that it cannot start all at once and exhaust the memory.</summary>
/// <remarks>
/// <para>A preprocessor reserves memory before it allocates it, and releases it when the tensors are filled. Do not reserve again while you
/// hold a reservation: the second reservation may wait for the first.</para>
/// <para>First come, first served. A singleton and thread-safe. The limits are <see cref="WorkLimits.WorkingMemoryBytes"/> and
/// <see cref="WorkLimits.MaxInputBytes"/>.</para>
/// </remarks>
public sealed class WorkingMemory
{
    private readonly WeightedGate? _gate;

    /// <summary>Creates a limit.</summary>
    /// <param name="limit">The bytes of all inputs together, above zero; <see langword="null"/> for any number.</param>
    /// <param name="maxInputBytes">The bytes of one input, above zero; <see langword="null"/> for any number.</param>
    public WorkingMemory(long? limit = null, long? maxInputBytes = null)
    {
        if (maxInputBytes is { } max)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(max, nameof(maxInputBytes));
        }

        LimitBytes = limit;
        MaxInputBytes = maxInputBytes;
        if (limit is { } bytes)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes, nameof(limit));
            _gate = new WeightedGate(bytes);
        }
    }

    /// <summary>Gets a value indicating whether there is a limit. Without a limit, the size of an input need not be determined.</summary>
    public bool IsLimited => _gate is not null || MaxInputBytes is not null;

    /// <summary>Gets the bytes that all inputs may use together; <see langword="null"/> for any number.</summary>
    public long? LimitBytes { get; }

    /// <summary>
    /// Gets the bytes that one input may use; <see langword="null"/> for any number. A preprocessor refuses an input that needs more with
    /// an <see cref="InvalidInputException"/> of the kind <see cref="InvalidInputKind.TooLarge"/>.
    /// </summary>
    public long? MaxInputBytes { get; }

    /// <summary>Reserves memory if that is possible without waiting.</summary>
    /// <param name="bytes">The number of bytes, not negative. More than the limit counts as the limit.</param>
    /// <returns>Whether the memory is reserved. If not, wait with <see cref="ReserveAsync"/>.</returns>
    public bool TryReserve(long bytes) => _gate is null || _gate.TryEnter(bytes);

    /// <summary>Reserves memory, and waits until enough has been released.</summary>
    /// <param name="bytes">The number of bytes, not negative. More than the limit counts as the limit.</param>
    /// <param name="cancellationToken">Cancels waiting; nothing is reserved then.</param>
    /// <returns>A task that completes when the memory is reserved.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask ReserveAsync(long bytes, CancellationToken cancellationToken = default) =>
        _gate is null ? ValueTask.CompletedTask : _gate.EnterAsync(bytes, cancellationToken);

    /// <summary>Releases reserved memory.</summary>
    /// <param name="bytes">The number of bytes that was reserved.</param>
    public void Release(long bytes) => _gate?.Exit(bytes);
}

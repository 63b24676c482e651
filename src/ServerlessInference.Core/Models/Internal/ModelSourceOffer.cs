namespace ServerlessInference.Models;

/// <summary>
/// What a chain remembers about files that it has handed out. A source has served a model only when the model is a session, so whoever
/// loads the files tells the chain if they cannot be read or are not a model.
/// </summary>
/// <param name="source">The description of the source that gave the files.</param>
/// <param name="time">The clock.</param>
/// <param name="started">The timestamp at which the source was asked.</param>
/// <param name="deadline">How long the source may take, reading included; <see langword="null"/> for no limit.</param>
/// <param name="minBytesPerSecond">The rate below which the source is too slow; <see langword="null"/> for no limit.</param>
/// <param name="hasNext">Whether the chain has further sources.</param>
/// <param name="failures">The sources that failed before this one gave the files.</param>
/// <param name="refuse">Tells the chain.</param>
/// <remarks>Used by one load at a time.</remarks>
internal sealed class ModelSourceOffer(
    string source,
    TimeProvider time,
    long started,
    TimeSpan? deadline,
    long? minBytesPerSecond,
    bool hasNext,
    IReadOnlyList<ModelSourceFailure> failures,
    Action<ModelSourceRefusal, Exception, TimeSpan> refuse)
{
    public string Source => source;

    public bool HasNext => hasNext;

    public IReadOnlyList<ModelSourceFailure> Failures => failures;

    public TimeSpan? Deadline => deadline;

    public long? MinBytesPerSecond => minBytesPerSecond;

    /// <summary>Gets a value indicating whether the files were refused.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>Gets the time that is left until the deadline; <see langword="null"/> without a deadline.</summary>
    public TimeSpan? Remaining => deadline - time.GetElapsedTime(started);

    /// <summary>Tells the chain that the files are of no use: its next load then begins with another source.</summary>
    public void Refuse(ModelSourceRefusal kind, Exception reason)
    {
        if (!IsRefused)
        {
            IsRefused = true;
            refuse(kind, reason, time.GetElapsedTime(started));
        }
    }
}

namespace ServerlessInference.Sessions;

/// <summary>Decides when memory that only a large run needed is given back.</summary>
/// <remarks>
/// After eight runs in a row on at most a quarter of the largest run's input: large runs that come again and again keep their memory,
/// since taking it anew costs time. Calls may race; then memory is given back a run sooner or later.
/// </remarks>
internal sealed class ArenaShrinking
{
    private const int SmallRuns = 8;
    private const int Ratio = 4;

    private long _largest;
    private int _small;

    /// <summary>Counts a run; returns whether memory is given back at its end.</summary>
    /// <param name="size">The size of the run's input, in bytes.</param>
    public bool Count(long size)
    {
        long largest = Volatile.Read(ref _largest);
        if (size * Ratio > largest)
        {
            Volatile.Write(ref _largest, Math.Max(size, largest));
            Volatile.Write(ref _small, 0);
            return false;
        }

        if (Interlocked.Increment(ref _small) < SmallRuns)
        {
            return false;
        }

        Volatile.Write(ref _largest, size);
        Volatile.Write(ref _small, 0);
        return true;
    }
}

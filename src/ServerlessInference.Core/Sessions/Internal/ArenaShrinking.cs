namespace ServerlessInference.Sessions;

/// <summary>Decides when memory that only a large run needed is released.</summary>
/// <remarks>
/// Memory is released after eight consecutive runs whose input was at most a quarter of the largest run's. Large runs that come again and
/// again keep their memory, because allocating it anew costs time. Calls may race; then memory is released one run earlier or later.
/// </remarks>
internal sealed class ArenaShrinking
{
    private const int SmallRuns = 8;
    private const int Ratio = 4;

    private long _largest;
    private int _small;

    /// <summary>Counts a run.</summary>
    /// <param name="size">The size of the input of the run, in bytes.</param>
    /// <returns>Whether memory is to be released when the run ends.</returns>
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

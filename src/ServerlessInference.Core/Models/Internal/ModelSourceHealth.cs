namespace ServerlessInference.Models;

/// <summary>Which sources of a chain keep failing. Thread-safe.</summary>
internal sealed class ModelSourceHealth(int count, TimeProvider time)
{
    /// <summary>One failure may be chance.</summary>
    private const int Tolerated = 1;

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly int[] _failures = new int[count];
    private readonly long[] _failedAt = new long[count];

    /// <summary>Gets the order in which to ask: those that keep failing come last, in case nobody else has the model.</summary>
    public List<int> Order()
    {
        lock (_gate)
        {
            var order = new List<int>(count);
            var last = new List<int>();
            for (int i = 0; i < count; i++)
            {
                (IsPutBack(i) ? last : order).Add(i);
            }

            order.AddRange(last);
            return order;
        }
    }

    /// <summary>Gets the order up to a source, which is asked in any case.</summary>
    public List<int> OrderUpTo(int served)
    {
        lock (_gate)
        {
            var order = new List<int>(served + 1);
            for (int i = 0; i <= served; i++)
            {
                if (i == served || !IsPutBack(i))
                {
                    order.Add(i);
                }
            }

            return order;
        }
    }

    public void Succeeded(int index)
    {
        lock (_gate)
        {
            _failures[index] = 0;
        }
    }

    /// <summary>Counts a failure.</summary>
    /// <returns>For how long the source is put behind the others; <see langword="null"/> where it is not yet.</returns>
    public TimeSpan? Failed(int index)
    {
        lock (_gate)
        {
            _failures[index]++;
            _failedAt[index] = time.GetTimestamp();
            return _failures[index] > Tolerated ? PauseOf(index) : null;
        }
    }

    private bool IsPutBack(int index) => _failures[index] > Tolerated && time.GetElapsedTime(_failedAt[index]) < PauseOf(index);

    private TimeSpan PauseOf(int index)
    {
        TimeSpan pause = Shortest * Math.Pow(2, Math.Min(_failures[index] - Tolerated - 1, 10));
        return pause < Longest ? pause : Longest;
    }
}

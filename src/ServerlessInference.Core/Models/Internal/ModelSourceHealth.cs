namespace ServerlessInference.Models;

/// <summary>Tracks which sources of a chain keep failing. Thread-safe.</summary>
internal sealed class ModelSourceHealth(int count, TimeProvider time)
{
    /// <summary>A single failure may be accidental.</summary>
    private const int ToleratedFailures = 1;

    private static readonly TimeSpan MinPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MaxPause = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly int[] _failures = new int[count];
    private readonly long[] _failedAt = new long[count];

    /// <summary>
    /// Gets the order in which to try the sources. Those that keep failing come last, in case no other source has the model.
    /// </summary>
    public List<int> GetOrder()
    {
        lock (_gate)
        {
            var order = new List<int>(count);
            var last = new List<int>();
            for (int i = 0; i < count; i++)
            {
                (IsPostponed(i) ? last : order).Add(i);
            }

            order.AddRange(last);
            return order;
        }
    }

    /// <summary>Gets the order of the sources up to one that is tried in any case.</summary>
    public List<int> GetOrderUpTo(int last)
    {
        lock (_gate)
        {
            var order = new List<int>(last + 1);
            for (int i = 0; i <= last; i++)
            {
                if (i == last || !IsPostponed(i))
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

    /// <summary>Records a failure.</summary>
    /// <returns>How long the other sources are tried first; <see langword="null"/> if the order does not change yet.</returns>
    public TimeSpan? Failed(int index)
    {
        lock (_gate)
        {
            _failures[index]++;
            _failedAt[index] = time.GetTimestamp();
            return _failures[index] > ToleratedFailures ? GetPause(index) : null;
        }
    }

    private bool IsPostponed(int index) =>
        _failures[index] > ToleratedFailures && time.GetElapsedTime(_failedAt[index]) < GetPause(index);

    private TimeSpan GetPause(int index)
    {
        TimeSpan pause = MinPause * Math.Pow(2, Math.Min(_failures[index] - ToleratedFailures - 1, 10));
        return pause < MaxPause ? pause : MaxPause;
    }
}

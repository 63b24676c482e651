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
    private readonly bool[] _failedLoading = new bool[count];
    private readonly string?[] _refused = new string?[count];

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

    /// <summary>Records that a source has named its version, or has given its files.</summary>
    /// <remarks>
    /// A mount may be fast enough to list a model and too slow to read it, so naming a version says nothing about loading.
    /// </remarks>
    public void Succeeded(int index, bool loading)
    {
        lock (_gate)
        {
            if (loading || !_failedLoading[index])
            {
                _failures[index] = 0;
            }
        }
    }

    /// <summary>Records a failure.</summary>
    /// <returns>How long the other sources are tried first; <see langword="null"/> if the order does not change yet.</returns>
    public TimeSpan? Failed(int index, bool loading)
    {
        lock (_gate)
        {
            _failures[index]++;
            _failedAt[index] = time.GetTimestamp();
            _failedLoading[index] = loading;
            return _failures[index] > ToleratedFailures ? GetPause(index) : null;
        }
    }

    /// <summary>Records that files which a source gave could not be loaded.</summary>
    /// <param name="index">The source.</param>
    /// <param name="failures">How often in a row its loads had failed before it gave these files.</param>
    /// <param name="version">The version that is not a model; <see langword="null"/> if the files could not be read.</param>
    /// <returns>How long the other sources are tried first, which is from now on: the same load goes on with them.</returns>
    public TimeSpan Refused(int index, int failures, string? version)
    {
        lock (_gate)
        {
            _failures[index] = Math.Max(failures, ToleratedFailures) + 1;
            _failedAt[index] = time.GetTimestamp();
            _failedLoading[index] = true;
            _refused[index] = version ?? _refused[index];
            return GetPause(index);
        }
    }

    /// <summary>Gets how often in a row a source has failed.</summary>
    public int GetFailures(int index)
    {
        lock (_gate)
        {
            return _failures[index];
        }
    }

    /// <summary>Gets whether a version is known not to be a model.</summary>
    public bool IsRefused(int index, string version)
    {
        lock (_gate)
        {
            return _refused[index] == version;
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

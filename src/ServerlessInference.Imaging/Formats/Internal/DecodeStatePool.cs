namespace ServerlessInference.Imaging.Formats;

/// <summary>Keeps the working memory of a decoder for the next image, at most one set per hardware thread. Thread-safe.</summary>
/// <typeparam name="TState">The working memory for one image at a time.</typeparam>
internal sealed class DecodeStatePool<TState>
    where TState : class
{
    private readonly TState?[] _idle = new TState?[Math.Clamp(Environment.ProcessorCount, 1, 64)];

    /// <summary>Takes idle working memory, or returns <see langword="null"/> if there is none and the caller has to create it.</summary>
    public TState? Rent()
    {
        // Exchanging array slots needs no lock and no allocation.
        for (int i = 0; i < _idle.Length; i++)
        {
            if (Interlocked.Exchange(ref _idle[i], null) is { } state)
            {
                return state;
            }
        }

        return null;
    }

    /// <summary>Gives working memory back. If there is no room for it, it is left to the garbage collector.</summary>
    public void Return(TState state)
    {
        for (int i = 0; i < _idle.Length; i++)
        {
            if (Interlocked.CompareExchange(ref _idle[i], state, null) is null)
            {
                return;
            }
        }
    }
}

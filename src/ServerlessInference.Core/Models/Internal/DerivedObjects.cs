namespace ServerlessInference.Models;

/// <summary>Objects that are created from a model on first use and then shared, one per owner and type. Thread-safe.</summary>
/// <remarks>
/// A list of a few objects, because a dictionary with a structure as its key would have to be compiled for that type at every cold start.
/// </remarks>
internal sealed class DerivedObjects
{
    private readonly List<Entry> _entries = [];

    /// <summary>Gets an object, and creates it on the first call.</summary>
    /// <remarks>
    /// Objects are created under the lock, so that none is created twice. The lock can be entered again by the same thread, so a factory
    /// may ask for further objects.
    /// </remarks>
    public T GetOrCreate<T, TSource>(object owner, TSource source, Func<TSource, T> factory)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentNullException.ThrowIfNull(factory);
        lock (_entries)
        {
            foreach (Entry entry in _entries)
            {
                if (entry.Owner.Equals(owner) && entry.Type == typeof(T))
                {
                    return (T)entry.Value;
                }
            }

            T created = factory(source);
            _entries.Add(new Entry(owner, typeof(T), created));
            return created;
        }
    }

    /// <summary>Disposes every object that is disposable.</summary>
    public void DisposeAll()
    {
        lock (_entries)
        {
            foreach (Entry entry in _entries)
            {
                (entry.Value as IDisposable)?.Dispose();
            }
        }
    }

    private sealed record Entry(object Owner, Type Type, object Value);
}

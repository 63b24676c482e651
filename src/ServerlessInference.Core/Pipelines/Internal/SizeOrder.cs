namespace ServerlessInference.Pipelines;

/// <summary>Where the inputs of a batch came from that was sorted so that inputs of like size run together. Immutable.</summary>
internal sealed class SizeOrder
{
    private readonly int[] _from;

    private SizeOrder(int[] from) => _from = from;

    /// <summary>Sorts inputs by their size, those of the same size as they were.</summary>
    /// <typeparam name="T">The inputs.</typeparam>
    /// <param name="inputs">The inputs; sorted in place.</param>
    /// <param name="sizeOf">Gives the size of one.</param>
    /// <returns>Where each came from; <see langword="null"/> where all stay in their places.</returns>
    public static SizeOrder? Sort<T>(T[] inputs, Func<T, long> sizeOf)
    {
        var sizes = new long[inputs.Length];
        bool sorted = true;
        for (int i = 0; i < sizes.Length; i++)
        {
            sizes[i] = sizeOf(inputs[i]);
            sorted &= i == 0 || sizes[i] >= sizes[i - 1];
        }

        if (sorted)
        {
            return null;
        }

        var from = new int[inputs.Length];
        for (int i = 0; i < from.Length; i++)
        {
            from[i] = i;
        }

        Array.Sort(from, (a, b) => sizes[a] != sizes[b] ? sizes[a].CompareTo(sizes[b]) : a.CompareTo(b));
        var ordered = new T[inputs.Length];
        for (int i = 0; i < from.Length; i++)
        {
            ordered[i] = inputs[from[i]];
        }

        ordered.CopyTo(inputs, 0);
        return new SizeOrder(from);
    }

    /// <summary>Brings what was made of sorted inputs into the order in which the inputs came.</summary>
    /// <typeparam name="T">What was made.</typeparam>
    /// <param name="sorted">What was made, in the order of the sorted inputs.</param>
    /// <returns>The same in the inputs' first order.</returns>
    public T[] Restore<T>(T[] sorted)
    {
        var restored = new T[sorted.Length];
        for (int i = 0; i < _from.Length; i++)
        {
            restored[_from[i]] = sorted[i];
        }

        return restored;
    }
}

namespace ServerlessInference.Pipelines;

/// <summary>The original positions of inputs that were sorted so that inputs of similar size run together. Immutable.</summary>
internal sealed class SizeOrder
{
    private readonly int[] _originalPositions;

    private SizeOrder(int[] originalPositions) => _originalPositions = originalPositions;

    /// <summary>Sorts inputs by their size. The sort is stable.</summary>
    /// <typeparam name="T">The type of the inputs.</typeparam>
    /// <param name="inputs">The inputs; sorted in place.</param>
    /// <param name="getSize">Gets the size of an input.</param>
    /// <returns>The original positions; <see langword="null"/> if the inputs were sorted already.</returns>
    public static SizeOrder? Sort<T>(T[] inputs, Func<T, long> getSize)
    {
        var sizes = new long[inputs.Length];
        bool sorted = true;
        for (int i = 0; i < sizes.Length; i++)
        {
            sizes[i] = getSize(inputs[i]);
            sorted &= i == 0 || sizes[i] >= sizes[i - 1];
        }

        if (sorted)
        {
            return null;
        }

        var positions = new int[inputs.Length];
        for (int i = 0; i < positions.Length; i++)
        {
            positions[i] = i;
        }

        Array.Sort(positions, (a, b) => sizes[a] != sizes[b] ? sizes[a].CompareTo(sizes[b]) : a.CompareTo(b));
        var ordered = new T[inputs.Length];
        for (int i = 0; i < positions.Length; i++)
        {
            ordered[i] = inputs[positions[i]];
        }

        ordered.CopyTo(inputs, 0);
        return new SizeOrder(positions);
    }

    /// <summary>Restores the original order.</summary>
    /// <typeparam name="T">The type of the results.</typeparam>
    /// <param name="sorted">One result per input, in the order of the sorted inputs.</param>
    /// <returns>The results in the original order of the inputs.</returns>
    public T[] Restore<T>(T[] sorted)
    {
        var restored = new T[sorted.Length];
        for (int i = 0; i < _originalPositions.Length; i++)
        {
            restored[_originalPositions[i]] = sorted[i];
        }

        return restored;
    }
}

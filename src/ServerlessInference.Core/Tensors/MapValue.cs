namespace ServerlessInference.Tensors;

/// <summary>A map from labels to numbers, as produced by scikit-learn's <c>ZipMap</c> for each row.</summary>
public sealed class MapValue : InferenceValue
{
    /// <summary>Creates a map.</summary>
    /// <param name="keys">The keys: int64 or string, <c>[n]</c>.</param>
    /// <param name="values">The values: <c>[n]</c>.</param>
    /// <exception cref="ArgumentException">The numbers of keys and values differ.</exception>
    public MapValue(TensorValue keys, TensorValue values)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(values);
        if (keys.Length != values.Length)
        {
            throw new ArgumentException(
                $"A map needs as many keys as values; there are {keys.Length} keys and {values.Length} values.", nameof(values));
        }

        Keys = keys;
        Values = values;
    }

    /// <summary>Gets the keys: int64 or string, <c>[n]</c>.</summary>
    public TensorValue Keys { get; }

    /// <summary>Gets the values: <c>[n]</c>.</summary>
    public TensorValue Values { get; }
}

namespace ServerlessInference.Tensors;

/// <summary>A sequence of values, such as the list of maps that scikit-learn's <c>ZipMap</c> produces, one per row.</summary>
public sealed class SequenceValue : InferenceValue
{
    /// <summary>Creates a sequence.</summary>
    /// <param name="items">The items.</param>
    public SequenceValue(IReadOnlyList<InferenceValue> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        Items = items;
    }

    /// <summary>Gets the items.</summary>
    public IReadOnlyList<InferenceValue> Items { get; }
}

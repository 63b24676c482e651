namespace ServerlessInference.Tensors;

/// <summary>An output tensor of a model, read in place. It is valid until the pipeline reuses the batch.</summary>
/// <typeparam name="T">The type of the elements.</typeparam>
public readonly ref struct TensorView<T>
{
    internal TensorView(ReadOnlySpan<T> elements, ReadOnlySpan<long> shape)
    {
        Elements = elements;
        Shape = shape;
    }

    /// <summary>Gets the elements in row-major order.</summary>
    public ReadOnlySpan<T> Elements { get; }

    /// <summary>Gets the axes; empty for a scalar.</summary>
    public ReadOnlySpan<long> Shape { get; }

    /// <summary>Gets one row: the elements at one index of the first axis.</summary>
    /// <param name="index">The index, from 0.</param>
    /// <returns>The elements of the row.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The tensor has no such row.</exception>
    public ReadOnlySpan<T> Row(int index)
    {
        int rows = Shape.Length == 0 ? 1 : (int)Shape[0];
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)rows, nameof(index));
        int length = Elements.Length / rows;
        return Elements.Slice(index * length, length);
    }
}

namespace ServerlessInference.Tensors;

/// <summary>Arithmetic on shapes from untrusted input. Every product is checked for overflow.</summary>
internal static class TensorShape
{
    /// <summary>Counts the elements of a shape; 1 for a scalar.</summary>
    /// <param name="shape">The axes, each 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">An axis is negative, or an array cannot hold that many elements.</exception>
    public static int Count(ReadOnlySpan<long> shape)
    {
        long count = 1;
        foreach (long axis in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(axis, nameof(shape));
            if (axis != 0 && count > Array.MaxLength / axis)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(shape), $"A tensor {Format(shape)} has more elements than an array can hold ({Array.MaxLength:N0}).");
            }

            count *= axis;
        }

        return (int)count;
    }

    /// <summary>Formats a shape, such as <c>[1, 3, 224, 224]</c>.</summary>
    public static string Format(ReadOnlySpan<long> shape)
    {
        var text = new System.Text.StringBuilder("[");
        for (int i = 0; i < shape.Length; i++)
        {
            if (i > 0)
            {
                text.Append(", ");
            }

            text.Append(shape[i]);
        }

        return text.Append(']').ToString();
    }
}

using System.Text.Json;

namespace ServerlessInference.Tensors;

/// <summary>Converts the elements of tensors from and to JSON values. The table of types is in <see cref="ElementTypes"/>.</summary>
/// <remarks>An instance collects the elements of one tensor while it is read, so it is not thread-safe and used once.</remarks>
internal abstract class ElementJson
{
    /// <summary>Gets the number of elements that have been read.</summary>
    public abstract int Count { get; }

    /// <summary>Reads the JSON value at the position of the reader, and appends it as an element.</summary>
    /// <exception cref="FormatException">The value is out of range, or not of this type.</exception>
    /// <exception cref="InvalidOperationException">The value is not of this type.</exception>
    public abstract void Append(ref Utf8JsonReader reader);

    /// <summary>Creates a tensor of the elements that have been read.</summary>
    /// <exception cref="ArgumentException">The shape has another number of elements.</exception>
    public abstract TensorValue ToTensor(ReadOnlySpan<long> shape);

    /// <summary>Writes one element as a JSON value.</summary>
    public abstract void Write(Utf8JsonWriter writer, TensorValue tensor, int index);
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ServerlessInference.Tensors;

/// <summary>A dense tensor in managed memory: an element type, a shape, and the elements in row-major order.</summary>
/// <remarks>
/// <para>Element types: float16 (<see cref="Half"/>), bfloat16, float32, float64, every integer, bool and string.</para>
/// <para>Create one with <see cref="Create{T}"/>. Thread-safe as long as nobody writes to the elements.</para>
/// </remarks>
/// <example>
/// <code>
/// TensorValue pixels = TensorValue.Create(new float[3 * 224 * 224], 1, 3, 224, 224);
/// Span&lt;float&gt; elements = pixels.Elements&lt;float&gt;();
/// </code>
/// </example>
public sealed class TensorValue : InferenceValue
{
    private readonly Array _elements;
    private readonly long[] _shape;

    internal TensorValue(TensorElementType elementType, Array elements, int length, long[] shape)
    {
        ElementType = elementType;
        _elements = elements;
        Length = length;
        _shape = shape;
    }

    /// <summary>Gets the element type.</summary>
    public TensorElementType ElementType { get; }

    /// <summary>Gets the axes; empty for a scalar.</summary>
    public ReadOnlySpan<long> Shape => _shape;

    /// <summary>Gets the number of elements.</summary>
    public int Length { get; }

    /// <summary>Creates a tensor over an array. The array is used, not copied.</summary>
    /// <typeparam name="T">The elements' type.</typeparam>
    /// <param name="elements">The elements in row-major order.</param>
    /// <param name="shape">The axes; none for a scalar.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="ArgumentException">The shape and the array have different numbers of elements.</exception>
    /// <exception cref="NotSupportedException">No tensor can hold elements of that type.</exception>
    public static TensorValue Create<T>(T[] elements, params ReadOnlySpan<long> shape)
    {
        ArgumentNullException.ThrowIfNull(elements);
        TensorElementType type = ElementTypes.GetCode<T>();
        int count = TensorShape.Count(shape);
        return count == elements.Length
            ? new TensorValue(type, elements, count, shape.ToArray())
            : throw new ArgumentException(
                $"A tensor {TensorShape.Format(shape)} has {count} elements; {elements.Length} were given.", nameof(elements));
    }

    /// <summary>Gets the elements.</summary>
    /// <typeparam name="T">
    /// The elements' type: <see cref="float"/>, <see cref="long"/>, <see cref="Half"/>, <see cref="string"/> and so on.
    /// </typeparam>
    /// <returns>The elements in row-major order.</returns>
    /// <exception cref="ModelContractException">The tensor holds elements of another type.</exception>
    public Span<T> Elements<T>()
    {
        ElementTypes.Check<T>(ElementType, "The tensor");
        return MemoryMarshal.CreateSpan(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(_elements)), Length);
    }

    /// <summary>Gets the elements as bytes, in the byte order of the machine. Not for strings.</summary>
    internal Span<byte> Bytes() =>
        MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(_elements), Length * ElementTypes.GetSize(ElementType));

    /// <summary>Gets the array that holds the elements.</summary>
    internal Array Array => _elements;

    /// <inheritdoc/>
    public override string ToString() => $"{ElementTypes.GetName(ElementType)} {TensorShape.Format(_shape)}";
}

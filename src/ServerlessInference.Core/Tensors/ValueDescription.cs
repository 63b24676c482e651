using Microsoft.ML.OnnxRuntime.Tensors;

namespace ServerlessInference.Tensors;

/// <summary>Describes one input or output as the model declares it.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed class ValueDescription
{
    private readonly long[] _shape;
    private readonly string[] _symbols;

    /// <summary>Creates a description.</summary>
    /// <param name="name">The name in the model.</param>
    /// <param name="kind">The kind of value.</param>
    /// <param name="elementType">The element type of a tensor, or of the tensors that a sequence or map contains.</param>
    /// <param name="shape">The axes of a tensor, -1 for a dynamic axis.</param>
    /// <param name="symbols">One entry per axis: the name of a dynamic axis, or an empty string.</param>
    public ValueDescription(
        string name, ValueKind kind, TensorElementType elementType, ReadOnlySpan<long> shape, ReadOnlySpan<string> symbols = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        Name = name;
        Kind = kind;
        ElementType = elementType;
        _shape = shape.ToArray();
        _symbols = symbols.Length == shape.Length ? symbols.ToArray() : [.. Enumerable.Repeat(string.Empty, shape.Length)];
    }

    /// <summary>Gets the name in the model.</summary>
    public string Name { get; }

    /// <summary>Gets the kind of value.</summary>
    public ValueKind Kind { get; }

    /// <summary>Gets the element type of a tensor, or of the tensors that a sequence or map contains.</summary>
    public TensorElementType ElementType { get; }

    /// <summary>Gets the axes of a tensor, -1 for a dynamic axis.</summary>
    public ReadOnlySpan<long> Shape => _shape;

    /// <summary>Gets one entry per axis: the name of a dynamic axis, or an empty string.</summary>
    public ReadOnlySpan<string> Symbols => _symbols;

    /// <summary>Gets a value indicating whether the first axis, the batch axis, may have any length.</summary>
    public bool HasDynamicBatch => Kind == ValueKind.Tensor && _shape.Length > 0 && _shape[0] < 0;

    /// <summary>Gets the usual name of the element type: <c>float32</c>, <c>int64</c>, <c>string</c>.</summary>
    public string ElementTypeName => ElementTypes.GetName(ElementType);

    /// <summary>Formats the description, such as <c>'input' float32 [batch, 3, 224, 224]</c>.</summary>
    /// <returns>The description.</returns>
    public override string ToString()
    {
        if (Kind != ValueKind.Tensor)
        {
            return $"'{Name}' {Kind.ToString().ToLowerInvariant()}";
        }

        var axes = new string[_shape.Length];
        for (int i = 0; i < axes.Length; i++)
        {
            axes[i] = _shape[i] >= 0 ? _shape[i].ToString(System.Globalization.CultureInfo.InvariantCulture) :
                _symbols[i].Length > 0 ? _symbols[i] : "?";
        }

        return $"'{Name}' {ElementTypeName} [{string.Join(", ", axes)}]";
    }
}

using Microsoft.ML.OnnxRuntime.Tensors;

namespace ServerlessInference.Tensors;

/// <summary>What a model declares of one input or output.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed class ValueDescription
{
    private readonly long[] _shape;
    private readonly string[] _symbols;

    /// <summary>Creates a description.</summary>
    /// <param name="name">The name in the model.</param>
    /// <param name="kind">What kind of value it is.</param>
    /// <param name="elementType">The element type of a tensor; of a sequence or map, of what it holds.</param>
    /// <param name="shape">The axes of a tensor, -1 for a dynamic one.</param>
    /// <param name="symbols">The names of dynamic axes, as many as axes; empty strings for the others.</param>
    public ValueDescription(string name, ValueKind kind, TensorElementType elementType, ReadOnlySpan<long> shape, ReadOnlySpan<string> symbols = default)
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

    /// <summary>Gets what kind of value it is.</summary>
    public ValueKind Kind { get; }

    /// <summary>Gets the element type of a tensor; of a sequence or map, of what it holds.</summary>
    public TensorElementType ElementType { get; }

    /// <summary>Gets the axes of a tensor, -1 for a dynamic one.</summary>
    public ReadOnlySpan<long> Shape => _shape;

    /// <summary>Gets the names of dynamic axes, as many as axes; empty for the others.</summary>
    public ReadOnlySpan<string> Symbols => _symbols;

    /// <summary>Gets a value indicating whether the first axis, the batch's, may have any length.</summary>
    public bool HasDynamicBatch => Kind == ValueKind.Tensor && _shape.Length > 0 && _shape[0] < 0;

    /// <summary>Gets the element type's usual name: <c>float32</c>, <c>int64</c>, <c>string</c>.</summary>
    public string ElementTypeName => ElementTypes.Name(ElementType);

    /// <summary>Writes it as <c>'input' float32 [batch, 3, 224, 224]</c>.</summary>
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

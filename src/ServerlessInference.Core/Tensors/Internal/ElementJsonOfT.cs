using System.Text.Json;

namespace ServerlessInference.Tensors;

/// <summary>Converts elements that a .NET type holds.</summary>
/// <typeparam name="T">The type of the elements.</typeparam>
internal sealed class ElementJson<T>(ElementJson<T>.Reader read, Action<Utf8JsonWriter, T> write) : ElementJson
{
    private readonly List<T> _elements = [];

    /// <summary>Reads the JSON value at the position of the reader.</summary>
    public delegate T Reader(ref Utf8JsonReader reader);

    public override int Count => _elements.Count;

    public override void Append(ref Utf8JsonReader reader) => _elements.Add(read(ref reader));

    public override TensorValue ToTensor(ReadOnlySpan<long> shape) => TensorValue.Create(_elements.ToArray(), shape);

    public override void Write(Utf8JsonWriter writer, TensorValue tensor, int index) => write(writer, tensor.Elements<T>()[index]);
}

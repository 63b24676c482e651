using Microsoft.ML.OnnxRuntime.Tensors;

namespace ServerlessInference.Tests.Support;

/// <summary>
/// Writes an ONNX graph. Field numbers are those of onnx.proto3 (GraphProto, NodeProto, AttributeProto, TensorProto, ValueInfoProto).
/// </summary>
internal sealed class OnnxGraphBuilder
{
    private readonly ProtobufWriter _graph = new();

    public OnnxGraphBuilder Input(string name, TensorElementType type, params Axis[] shape) => Value(11, name, TensorType(type, shape));

    /// <summary>Declares an input tensor without a shape, so that any rank is taken.</summary>
    public OnnxGraphBuilder InputOfAnyShape(string name, TensorElementType type) =>
        Value(11, name, new ProtobufWriter().Message(1, new ProtobufWriter().Varint(1, (long)type)));

    public OnnxGraphBuilder Output(string name, TensorElementType type, params Axis[] shape) => Value(12, name, TensorType(type, shape));

    public OnnxGraphBuilder SequenceOutput(string name, TensorElementType type) =>
        Value(12, name, new ProtobufWriter().Message(4, new ProtobufWriter().Message(1, TensorType(type, ["n"]))));

    public OnnxGraphBuilder MapSequenceOutput(string name, TensorElementType key)
    {
        ProtobufWriter map = new ProtobufWriter().Varint(1, (long)key).Message(2, TensorType(TensorElementType.Float, []));
        return Value(12, name, new ProtobufWriter().Message(4, new ProtobufWriter().Message(1, new ProtobufWriter().Message(5, map))));
    }

    /// <summary>Adds a node; attributes are float, float[], long, long[], string, string[] or another graph.</summary>
    public OnnxGraphBuilder Node(
        string type, string[] inputs, string[] outputs, string? domain = null, params (string Name, object Value)[] attributes)
    {
        var node = new ProtobufWriter();
        foreach (string input in inputs)
        {
            node.Text(1, input);
        }

        foreach (string output in outputs)
        {
            node.Text(2, output);
        }

        node.Text(4, type);
        foreach ((string name, object value) in attributes)
        {
            node.Message(5, Attribute(name, value));
        }

        if (domain is not null)
        {
            node.Text(7, domain);
        }

        _graph.Message(1, node);
        return this;
    }

    public OnnxGraphBuilder Weights(string name, TensorElementType type, ReadOnlySpan<byte> littleEndian, params long[] shape)
    {
        _graph.Message(5, TensorHeader(name, type, shape).Bytes(9, littleEndian));
        return this;
    }

    public OnnxGraphBuilder Weights(string name, float[] values, params long[] shape) =>
        Weights(name, TensorElementType.Float, System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values), shape);

    public OnnxGraphBuilder Weights(string name, long[] values, params long[] shape) =>
        Weights(name, TensorElementType.Int64, System.Runtime.InteropServices.MemoryMarshal.AsBytes<long>(values), shape);

    /// <summary>Declares weights whose bytes stand in a file beside the model.</summary>
    public OnnxGraphBuilder ExternalWeights(string name, string file, long offset, long length, params long[] shape)
    {
        ProtobufWriter tensor = TensorHeader(name, TensorElementType.Float, shape);
        foreach ((string key, string value) in new[] { ("location", file), ("offset", $"{offset}"), ("length", $"{length}") })
        {
            tensor.Message(13, new ProtobufWriter().Text(1, key).Text(2, value));
        }

        _graph.Message(5, tensor.Varint(14, 1));
        return this;
    }

    public ProtobufWriter Write(string name = "graph") => _graph.Text(2, name);

    private OnnxGraphBuilder Value(int field, string name, ProtobufWriter type)
    {
        _graph.Message(field, new ProtobufWriter().Text(1, name).Message(2, type));
        return this;
    }

    private static ProtobufWriter TensorHeader(string name, TensorElementType type, long[] shape)
    {
        var tensor = new ProtobufWriter();
        foreach (long axis in shape)
        {
            tensor.Varint(1, axis);
        }

        return tensor.Varint(2, (long)type).Text(8, name);
    }

    private static ProtobufWriter TensorType(TensorElementType type, Axis[] shape)
    {
        var axes = new ProtobufWriter();
        foreach (Axis axis in shape)
        {
            axes.Message(1, axis.Symbol is { } symbol ? new ProtobufWriter().Text(2, symbol) : new ProtobufWriter().Varint(1, axis.Length));
        }

        return new ProtobufWriter().Message(1, new ProtobufWriter().Varint(1, (long)type).Message(2, axes));
    }

    private static ProtobufWriter Attribute(string name, object value)
    {
        ProtobufWriter attribute = new ProtobufWriter().Text(1, name);
        switch (value)
        {
            case float number:
                return attribute.Fixed32(2, number).Varint(20, 1);
            case long number:
                return attribute.Varint(3, number).Varint(20, 2);
            case string text:
                return attribute.Text(4, text).Varint(20, 3);
            case OnnxGraphBuilder graph:
                return attribute.Message(6, graph.Write("body")).Varint(20, 5);
            case float[] numbers:
                foreach (float number in numbers)
                {
                    attribute.Fixed32(7, number);
                }

                return attribute.Varint(20, 6);
            case long[] numbers:
                foreach (long number in numbers)
                {
                    attribute.Varint(8, number);
                }

                return attribute.Varint(20, 7);
            case string[] texts:
                foreach (string text in texts)
                {
                    attribute.Text(9, text);
                }

                return attribute.Varint(20, 8);
            default:
                throw new ArgumentException($"The attribute '{name}' is a {value.GetType()}.", nameof(value));
        }
    }
}

using System.Text;
using ServerlessInference.Protobuf;

namespace ServerlessInference.Models.Graphs;

/// <summary>The operators of a graph as they are in the file, without large attributes; parsed when one of them is asked for.</summary>
/// <remarks>A model has thousands of operators, of which a few are looked at: those before its outputs. Immutable after reading.</remarks>
internal sealed class NodeList
{
    private const int InputField = 1;
    private const int OutputField = 2;
    private const int OperatorField = 4;

    private readonly List<int> _ends = [];
    private byte[] _bytes = new byte[16 * 1024];
    private int _length;

    public int Count => _ends.Count;

    /// <summary>Gets the number of bytes kept so far.</summary>
    public int Length => _length;

    public Span<byte> Append(int count)
    {
        if (_bytes.Length - _length < count)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        }

        _length += count;
        return _bytes.AsSpan(_length - count, count);
    }

    public void EndNode() => _ends.Add(_length);

    /// <summary>Finds the operator with an output of this name. Searches from the end, where a model's outputs are written.</summary>
    /// <returns>Its index; −1 if there is none.</returns>
    public int FindProducer(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty)
        {
            return -1;
        }

        for (int i = _ends.Count - 1; i >= 0; i--)
        {
            var reader = new ProtobufReader(Node(i));
            while (reader.TryRead(out ProtobufField field))
            {
                if (field is { Number: OutputField, IsMessage: true } && Node(i)[field.ContentStart..field.End].SequenceEqual(name))
                {
                    return i;
                }
            }
        }

        return -1;
    }

    public GraphNode Read(int index)
    {
        ReadOnlySpan<byte> node = Node(index);
        List<string> inputs = [], outputs = [];
        string type = string.Empty;
        var reader = new ProtobufReader(node);
        while (reader.TryRead(out ProtobufField field))
        {
            string Text(ReadOnlySpan<byte> message) => Encoding.UTF8.GetString(message[field.ContentStart..field.End]);
            switch (field.Number)
            {
                case InputField: inputs.Add(Text(node)); break;
                case OutputField: outputs.Add(Text(node)); break;
                case OperatorField: type = Text(node); break;
            }
        }

        return new GraphNode(type, inputs, outputs);
    }

    private ReadOnlySpan<byte> Node(int index) => _bytes.AsSpan((index == 0 ? 0 : _ends[index - 1])..(_ends[index]));
}

namespace ServerlessInference.Models.Graphs;

/// <summary>Reads the operators of an ONNX file in one pass, skipping weights and everything else that is large.</summary>
/// <remarks>Field numbers: onnx.proto of ONNX 1.17 (ModelProto, GraphProto, FunctionProto, NodeProto, AttributeProto).</remarks>
internal sealed class GraphReader(GraphContent content)
{
    private const int ModelGraphField = 7;
    private const int ModelFunctionField = 25;
    private const int GraphNodeField = 1;
    private const int FunctionNodeField = 7;
    private const int NodeOperatorField = 4;
    private const int NodeAttributeField = 5;
    private const int AttributeNameField = 1;
    private const int AttributeTextField = 4;
    private const int AttributeIntegersField = 8;
    private const int AttributeTextsField = 9;
    private const int AttributeGraphField = 6;
    private const int AttributeGraphsField = 11;

    private const int MaxDepth = 32;
    private const int MaxNameBytes = 64 * 1024;
    private const int MaxAttributeNameBytes = 64;
    private const int MaxTotalBytes = 64 * 1024 * 1024;

    private readonly GraphContent _content = content;
    private readonly NodeList _nodes = new();
    private readonly ClassicalAttributes _attributes = new();
    private bool _hasDynamicQuantization;
    private ulong _number;

    /// <summary>Reads the file.</summary>
    /// <returns>The graph; <see langword="null"/> if the file is damaged, too large or not an ONNX model.</returns>
    public ModelGraph? TryRead()
    {
        try
        {
            bool hasGraph = false;
            while (_content.Position < _content.Length)
            {
                int number = ReadField(out int wire, out long length);
                if (wire == WireType.Bytes && number is ModelGraphField or ModelFunctionField)
                {
                    hasGraph |= number == ModelGraphField;
                    ReadNodes(length, number == ModelGraphField ? GraphNodeField : FunctionNodeField, number == ModelGraphField, 0);
                }
                else
                {
                    _content.Skip(length);
                }
            }

            return hasGraph ? new ModelGraph(_nodes, _hasDynamicQuantization, _attributes) : null;
        }
        catch (InvalidDataException)
        {
            // ONNX Runtime describes a damaged model better than this reader could; the caller treats its graph as unknown.
            return null;
        }
    }

    private void ReadNodes(long length, int nodeField, bool keep, int depth)
    {
        long end = _content.Position + length;
        while (_content.Position < end)
        {
            int number = ReadField(out int wire, out long size);
            if (number == nodeField && wire == WireType.Bytes)
            {
                ReadNode(size, keep, depth);
            }
            else
            {
                _content.Skip(size);
            }
        }
    }

    private void ReadNode(long length, bool keep, int depth)
    {
        long end = _content.Position + length;
        while (_content.Position < end)
        {
            int number = ReadField(out int wire, out long size);
            if (wire != WireType.Bytes)
            {
                _content.Skip(size);
            }
            else if (number == NodeAttributeField)
            {
                ReadAttribute(size, depth);
            }
            else if (number > NodeOperatorField || size > MaxNameBytes)
            {
                _content.Skip(size);
            }
            else
            {
                ReadName(number, (int)size, keep);
            }
        }

        if (keep)
        {
            _nodes.EndNode();
        }
    }

    // The inputs, outputs, name and type of a node. Kept as fields of a protobuf message, which NodeList parses when it is asked.
    private void ReadName(int number, int length, bool keep)
    {
        Span<byte> head = stackalloc byte[8];
        int headLength = 0;
        head[headLength++] = (byte)(number << 3 | WireType.Bytes);
        for (uint rest = (uint)length; ; rest >>= 7)
        {
            head[headLength++] = (byte)(rest < 0x80 ? rest : rest | 0x80);
            if (rest < 0x80)
            {
                break;
            }
        }

        if (keep)
        {
            if (_nodes.Length > MaxTotalBytes)
            {
                throw new InvalidDataException("The graph has too many operators.");
            }

            head[..headLength].CopyTo(_nodes.Append(headLength));
            Span<byte> name = _nodes.Append(length);
            _content.Read(name);
            NoteOperator(number, name);
            return;
        }

        Span<byte> type = stackalloc byte[64];
        if (number != NodeOperatorField || length > type.Length)
        {
            _content.Skip(length);
            return;
        }

        _content.Read(type[..length]);
        NoteOperator(number, type[..length]);
    }

    private void NoteOperator(int number, ReadOnlySpan<byte> name) =>
        _hasDynamicQuantization |= number == NodeOperatorField && name.StartsWith("DynamicQuantize"u8);

    private void ReadAttribute(long length, int depth)
    {
        long end = _content.Position + length;
        bool isOfInterest = false;
        Span<byte> name = stackalloc byte[MaxAttributeNameBytes];
        while (_content.Position < end)
        {
            int number = ReadField(out int wire, out long size);
            if (wire == WireType.Bytes && number is AttributeGraphField or AttributeGraphsField && depth < MaxDepth)
            {
                ReadNodes(size, GraphNodeField, false, depth + 1);
            }
            else if (number == AttributeNameField && wire == WireType.Bytes && size <= MaxAttributeNameBytes)
            {
                _content.Read(name[..(int)size]);
                isOfInterest = _attributes.Begin(name[..(int)size]);
            }
            else if (isOfInterest && size <= MaxNameBytes)
            {
                ReadAttributeValue(number, wire, (int)size);
            }
            else
            {
                _content.Skip(size);
            }
        }

        if (isOfInterest)
        {
            _attributes.End();
        }
    }

    private void ReadAttributeValue(int number, int wire, int size)
    {
        if (number == AttributeIntegersField && wire == WireType.Varint)
        {
            _attributes.Add((long)_number);
        }
        else if (number == AttributeIntegersField && wire == WireType.Bytes)
        {
            long end = _content.Position + size;
            while (_content.Position < end)
            {
                _attributes.Add((long)_content.ReadVarint());
            }
        }
        else if (number is AttributeTextField or AttributeTextsField && wire == WireType.Bytes)
        {
            byte[] text = new byte[size];
            _content.Read(text);
            _attributes.Add(text);
        }
        else
        {
            _content.Skip(size);
        }
    }

    private int ReadField(out int wire, out long length)
    {
        ulong key = _content.ReadVarint();
        wire = (int)(key & 7);
        switch (wire)
        {
            case WireType.Varint:
                _number = _content.ReadVarint();
                length = 0;
                break;
            case WireType.Fixed64:
                length = sizeof(ulong);
                break;
            case WireType.Bytes:
                length = (long)Math.Min(_content.ReadVarint(), long.MaxValue);
                break;
            case WireType.Fixed32:
                length = sizeof(uint);
                break;
            default:
                throw new InvalidDataException("The file has a kind of field that ONNX does not use.");
        }

        return length <= _content.Length - _content.Position
            ? (int)(key >> 3)
            : throw new InvalidDataException("A field reaches past the end of the file.");
    }

    private static class WireType
    {
        public const int Varint = 0;
        public const int Fixed64 = 1;
        public const int Bytes = 2;
        public const int Fixed32 = 5;
    }
}

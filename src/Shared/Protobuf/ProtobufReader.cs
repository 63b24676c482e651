namespace ServerlessInference.Protobuf;

/// <summary>Reads the fields of a protobuf message in order. Needs only the wire format, not the schema.</summary>
/// <remarks>Source: protobuf.dev, "Encoding". Groups count as damage: ONNX does not use them.</remarks>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private int _position;

    /// <summary>Gets whether the message is truncated or malformed, so that <see cref="TryRead"/> stopped early.</summary>
    internal bool IsDamaged { get; private set; }

    /// <summary>Reads the next field; returns false at the end and at damage.</summary>
    internal bool TryRead(out ProtobufField field)
    {
        field = default;
        int start = _position;
        if (start == _message.Length)
        {
            return false;
        }

        if (!TryReadVarint(out ulong tag) || tag >> 3 is 0 or > int.MaxValue)
        {
            return Damaged();
        }

        ulong length;
        int content;
        switch (tag & 7)
        {
            case 0:
                content = _position;
                if (!TryReadVarint(out _))
                {
                    return Damaged();
                }

                length = (ulong)(_position - content);
                _position = content;
                break;
            case 1: length = 8; break;
            case 2:
                if (!TryReadVarint(out length))
                {
                    return Damaged();
                }

                break;
            case 5: length = 4; break;
            default: return Damaged();
        }

        content = _position;
        if (length > (ulong)(_message.Length - content))
        {
            return Damaged();
        }

        _position = content + (int)length;
        field = new ProtobufField((int)(tag >> 3), (tag & 7) == 2, start, content, _position);
        return true;
    }

    private bool TryReadVarint(out ulong value)
    {
        value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            if (_position == _message.Length)
            {
                return false;
            }

            byte next = _message[_position++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return true;
            }
        }

        return false;
    }

    private bool Damaged()
    {
        IsDamaged = true;
        return false;
    }
}

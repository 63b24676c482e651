using System.Buffers;
using System.Text;
using ServerlessInference.Protobuf;

namespace ServerlessInference.Onnx;

/// <summary>Changes the locale of every <c>StringNormalizer</c> in an ONNX model by rewriting the model's protobuf bytes.</summary>
/// <remarks>
/// <para>Only these nodes and the lengths of the messages that contain them change; everything else is copied unchanged, including
/// unknown fields. Nodes in subgraphs and in model-local functions are found as well.</para>
/// <para>Field numbers: onnx.proto3 of ONNX 1.17 (ModelProto, GraphProto, FunctionProto, NodeProto, AttributeProto).</para>
/// </remarks>
internal static class LocalePatch
{
    private const int MaxDepth = 64;
    private const int NodeOperator = 4;
    private const int NodeAttribute = 5;
    private const int AttributeName = 1;
    private const int AttributeString = 4;

    private enum Message
    {
        Model,
        Graph,
        Function,
        Node,
        Attribute,
    }

    /// <summary>Rewrites a model.</summary>
    /// <param name="model">The bytes of an <c>.onnx</c> file.</param>
    /// <param name="locale">The locale's name.</param>
    /// <returns>The rewritten bytes; null if there is nothing to change, or if the bytes are not an ONNX model: ONNX Runtime reports
    /// that better.</returns>
    internal static byte[]? Rewrite(ReadOnlySpan<byte> model, string locale) =>
        Rewrite(model, Message.Model, Encoding.UTF8.GetBytes(locale), 0);

    private static byte[]? Rewrite(ReadOnlySpan<byte> message, Message kind, byte[] locale, int depth)
    {
        if (depth > MaxDepth)
        {
            return null;
        }

        if (kind == Message.Node && IsStringNormalizer(message))
        {
            return WithLocale(message, locale);
        }

        ArrayBufferWriter<byte>? output = null;
        int copied = 0;
        var reader = new ProtobufReader(message);
        while (reader.TryRead(out ProtobufField field))
        {
            if (!field.IsMessage || GetChild(kind, field.Number) is not { } child)
            {
                continue;
            }

            byte[]? changed = Rewrite(message[field.ContentStart..field.End], child, locale, depth + 1);
            if (changed is not null)
            {
                output ??= new ArrayBufferWriter<byte>(message.Length + 256);
                output.Write(message[copied..field.Start]);
                WriteMessage(output, field.Number, changed);
                copied = field.End;
            }
        }

        if (output is null || reader.IsDamaged)
        {
            return null;
        }

        output.Write(message[copied..]);
        return output.WrittenSpan.ToArray();
    }

    private static Message? GetChild(Message kind, int field) => (kind, field) switch
    {
        (Message.Model, 7) => Message.Graph,
        (Message.Model, 25) => Message.Function,
        (Message.Graph, 1) => Message.Node,
        (Message.Function, 7) => Message.Node,
        (Message.Node, NodeAttribute) => Message.Attribute,
        (Message.Attribute, 6 or 11) => Message.Graph,
        _ => null,
    };

    private static bool IsStringNormalizer(ReadOnlySpan<byte> node) => HasString(node, NodeOperator, "StringNormalizer"u8);

    private static bool HasString(ReadOnlySpan<byte> message, int number, ReadOnlySpan<byte> value)
    {
        var reader = new ProtobufReader(message);
        while (reader.TryRead(out ProtobufField field))
        {
            if (field.Number == number && field.IsMessage && message[field.ContentStart..field.End].SequenceEqual(value))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Copies a node and replaces its locale.</summary>
    private static byte[]? WithLocale(ReadOnlySpan<byte> node, byte[] locale)
    {
        var output = new ArrayBufferWriter<byte>(node.Length + 64);
        var reader = new ProtobufReader(node);
        while (reader.TryRead(out ProtobufField field))
        {
            if (field.Number != NodeAttribute || !HasString(node[field.ContentStart..field.End], AttributeName, "locale"u8))
            {
                output.Write(node[field.Start..field.End]);
            }
        }

        if (reader.IsDamaged)
        {
            return null;
        }

        var attribute = new ArrayBufferWriter<byte>();
        WriteMessage(attribute, AttributeName, "locale"u8);
        WriteMessage(attribute, AttributeString, locale);
        attribute.Write<byte>([0xA0, 0x01, 0x03]); // field 20, type: STRING
        WriteMessage(output, NodeAttribute, attribute.WrittenSpan);
        byte[] changed = output.WrittenSpan.ToArray();
        return node.SequenceEqual(changed) ? null : changed;
    }

    private static void WriteMessage(ArrayBufferWriter<byte> output, int number, ReadOnlySpan<byte> content)
    {
        WriteVarint(output, ((uint)number << 3) | 2);
        WriteVarint(output, (uint)content.Length);
        output.Write(content);
    }

    private static void WriteVarint(ArrayBufferWriter<byte> output, uint value)
    {
        Span<byte> bytes = stackalloc byte[5];
        int count = 0;
        while (value >= 0x80)
        {
            bytes[count++] = (byte)(value | 0x80);
            value >>= 7;
        }

        bytes[count++] = (byte)value;
        output.Write(bytes[..count]);
    }
}

using System.Text;

namespace ServerlessInference.Text.Tests.Support;

/// <summary>A real, tiny ONNX model whose start and end logits are the token ids themselves: the highest id answers.</summary>
internal static class TestOnnx
{
    private const int Int64 = 7;
    private const int Float = 1;

    internal static byte[] IdsAsLogits()
    {
        byte[] graph = Concat(
            Field(1, Cast("input_ids", "start_logits")),
            Field(1, Cast("input_ids", "end_logits")),
            Field(2, "ids_as_logits"),
            Field(11, Value("input_ids", Int64)),
            Field(11, Value("attention_mask", Int64)),
            Field(12, Value("start_logits", Float)),
            Field(12, Value("end_logits", Float)));
        return Concat([8, 8], Field(7, graph), Field(8, Concat([16, 13])));
    }

    private static byte[] Cast(string input, string output) => Concat(
        Field(1, input), Field(2, output), Field(3, output), Field(4, "Cast"), Field(5, Concat(Field(1, "to"), [24, Float], [0xA0, 1, 2])));

    private static byte[] Value(string name, byte type)
    {
        byte[] shape = Concat(Field(1, Field(2, "n")), Field(1, Field(2, "length")));
        return Concat(Field(1, name), Field(2, Field(1, Concat([8, type], Field(2, shape)))));
    }

    private static byte[] Field(int number, string text) => Field(number, Encoding.UTF8.GetBytes(text));

    private static byte[] Field(int number, byte[] content) => Concat([(byte)((number << 3) | 2)], Varint(content.Length), content);

    private static byte[] Varint(int value) => value < 0x80 ? [(byte)value] : [(byte)(value | 0x80), (byte)(value >> 7)];

    private static byte[] Concat(params byte[][] parts) => [.. parts.SelectMany(static part => part)];
}

using System.Text;

namespace ServerlessInference.Tests.Models.Http;

/// <summary>The smallest model that runs: y = x, with two floats. Source of the protobuf fields: onnx.proto (ONNX 1.16).</summary>
internal static class TinyModel
{
    private const byte Float = 1, IrVersion = 8, Opset = 13;

    public static byte[] Bytes { get; } =
    [
        .. Number(1, IrVersion),
        .. Message(7, [.. Node, .. Text(2, "graph"), .. Value(11, "x"), .. Value(12, "y")]),
        .. Message(8, Number(2, Opset)),
    ];

    private static byte[] Node => Message(1, [.. Text(1, "x"), .. Text(2, "y"), .. Text(4, "Identity")]);

    private static byte[] Value(int field, string name) =>
        Message(field, [.. Text(1, name), .. Message(2, Message(1, [.. Number(1, Float), .. Message(2, Message(1, Number(1, 2)))]))]);

    private static byte[] Text(int field, string text) => Message(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Message(int field, byte[] content) => [(byte)((field << 3) | 2), (byte)content.Length, .. content];

    private static byte[] Number(int field, byte value) => [(byte)(field << 3), value];
}

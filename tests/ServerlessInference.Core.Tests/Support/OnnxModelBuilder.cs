namespace ServerlessInference.Tests.Support;

/// <summary>
/// Writes an ONNX model by hand, so that tests need no binary files. Field numbers are those of onnx.proto3 (ModelProto).
/// </summary>
internal sealed class OnnxModelBuilder
{
    private readonly List<(string Key, string Value)> _metadata = [];

    public OnnxGraphBuilder Graph { get; } = new();

    public long IrVersion { get; set; } = 8;

    public long Opset { get; set; } = 17;

    public string[] Domains { get; set; } = ["ai.onnx.ml"];

    public string Producer { get; set; } = "core-tests";

    public OnnxModelBuilder With(Action<OnnxGraphBuilder> graph)
    {
        graph(Graph);
        return this;
    }

    public OnnxModelBuilder Metadata(string key, string value)
    {
        _metadata.Add((key, value));
        return this;
    }

    public byte[] Build()
    {
        ProtobufWriter model = new ProtobufWriter().Varint(1, IrVersion).Text(2, Producer).Message(7, Graph.Write());
        model.Message(8, new ProtobufWriter().Text(1, string.Empty).Varint(2, Opset));
        foreach (string domain in Domains)
        {
            model.Message(8, new ProtobufWriter().Text(1, domain).Varint(2, 3));
        }

        foreach ((string key, string value) in _metadata)
        {
            model.Message(14, new ProtobufWriter().Text(1, key).Text(2, value));
        }

        return model.ToArray();
    }
}

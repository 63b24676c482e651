using ServerlessInference.Models;
using ServerlessInference.Models.Graphs;
using ServerlessInference.Sessions;
using ServerlessInference.Sessions.Prepared;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Sessions.Prepared;

/// <summary>The record of a prepared model says what its graph said.</summary>
public sealed class PreparedGraphTests
{
    [Fact]
    public async Task WriteAsync_Model_RecordsTheActivations()
    {
        using PreparedDemo demo = await PreparedDemo.CreateAsync(PreparationLevel.Extended);
        ModelGraph graph = ModelGraph.TryRead(ModelFile.OnDisk("model.onnx", demo.Plain, new FileInfo(demo.Plain).Length))!;

        GraphSummary recorded = PreparedRecord.TryRead(await File.ReadAllBytesAsync(
            demo.Prepared.Record, TestContext.Current.CancellationToken))!.Graph!;

        string output = Assert.Single(recorded.Outputs.ToArray()).Name;
        Assert.NotEqual(OutputActivation.Unknown, recorded.GetActivation(output));
        Assert.Equal(graph.GetActivation(output), recorded.GetActivation(output));
        Assert.False(recorded.HasDynamicQuantization);
    }

    [Fact]
    public void ToJson_Graph_IsReadBack()
    {
        OutputSummary[] outputs =
        [
            new("a", OutputActivation.None),
            new("b", OutputActivation.Softmax),
            new("c", OutputActivation.LogSoftmax),
            new("d", OutputActivation.Sigmoid),
            new("e", OutputActivation.Pooled),
            new("f", OutputActivation.Unknown),
        ];
        var file = new PreparedFile("model.onnx", 1, "00");

        GraphSummary read = PreparedRecord.TryRead(
            new PreparedRecord("1.0", "all", "avx2", file, "s", file, new GraphSummary(outputs, true)).ToJson())!.Graph!;

        Assert.Equal(outputs, read.Outputs.ToArray());
        Assert.True(read.HasDynamicQuantization);
    }

    [Fact]
    public void TryRead_RecordWithoutGraph_IsStillARecord()
    {
        var file = new PreparedFile("model.onnx", 1, "00");

        PreparedRecord? record = PreparedRecord.TryRead(new PreparedRecord("1.0", "all", "avx2", file, "s", file).ToJson());

        Assert.NotNull(record);
        Assert.Null(record.Graph);
    }
}

using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Models;
using ServerlessInference.Models.Graphs;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Models;

public sealed class ModelGraphTests
{
    [Theory]
    [InlineData("Softmax", OutputActivation.Softmax)]
    [InlineData("QLinearSoftmax", OutputActivation.Softmax)]
    [InlineData("LogSoftmax", OutputActivation.LogSoftmax)]
    [InlineData("Sigmoid", OutputActivation.Sigmoid)]
    [InlineData("aten_softmax_no_dtype", OutputActivation.Softmax)]
    [InlineData("aten_sigmoid", OutputActivation.Sigmoid)]
    [InlineData("If", OutputActivation.Unknown)]
    [InlineData("Relu", OutputActivation.None)]
    public void GetActivation_LastOperator_IsItsFunction(string type, object expected) =>
        Assert.Equal(expected, (object)Read(graph => graph.Node(type, ["x"], ["y"])).GetActivation("y"));

    [Theory]
    [InlineData("Identity")]
    [InlineData("Reshape")]
    [InlineData("Cast")]
    [InlineData("Squeeze")]
    [InlineData("Flatten")]
    [InlineData("Transpose")]
    [InlineData("QuantizeLinear")]
    [InlineData("DequantizeLinear")]
    [InlineData("Slice")]
    public void GetActivation_OperatorThatKeepsTheValues_IsLookedThrough(string type)
    {
        ModelGraph graph = Read(graph => graph.Node("Softmax", ["x"], ["scores"]).Node(type, ["scores", "setting"], ["y"]));
        Assert.Equal(OutputActivation.Softmax, graph.GetActivation("y"));
    }

    [Theory]
    [InlineData("GlobalAveragePool", "Add", "Relu", OutputActivation.Pooled)]
    [InlineData("GlobalAveragePool", "Conv", "Clip", OutputActivation.Pooled)]
    [InlineData("ReduceMean", "Conv", "LayerNormalization", OutputActivation.Pooled)]
    [InlineData("GlobalAveragePool", "Conv", "Relu", OutputActivation.None)]
    [InlineData("ReduceMean", "MatMul", "Softmax", OutputActivation.Softmax)]
    public void GetActivation_Pooling_IsThatOfFeaturesBehindABackbone(string pooling, string before, string last, object expected) =>
        Assert.Equal(
            expected,
            (object)Read(graph => graph
                .Node(before, ["x"], ["a"]).Node(last, ["a"], ["b"]).Node(pooling, ["b"], ["c"]).Node("Flatten", ["c"], ["y"]))
                .GetActivation("y"));

    [Fact]
    public void GetActivation_SoftmaxInParts_IsRecognised()
    {
        ModelGraph graph = Read(
            graph => graph.Node("Exp", ["x"], ["e"]).Node("ReduceSum", ["e"], ["sum"]).Node("Div", ["e", "sum"], ["y"]));
        Assert.Equal(OutputActivation.Softmax, graph.GetActivation("y"));
    }

    [Fact]
    public void GetActivation_OtherDivision_IsNone()
    {
        ModelGraph graph = Read(
            graph => graph.Node("Exp", ["x"], ["e"]).Node("ReduceSum", ["x"], ["sum"]).Node("Div", ["e", "sum"], ["y"]));
        Assert.Equal(OutputActivation.None, graph.GetActivation("y"));
    }

    [Fact]
    public void GetActivation_ConcatOfEqualActivations_IsTheirs()
    {
        ModelGraph graph = Read(
            graph => graph.Node("Sigmoid", ["a"], ["c"]).Node("Sigmoid", ["b"], ["d"]).Node("Concat", ["c", "d"], ["y"]));
        Assert.Equal(OutputActivation.Sigmoid, graph.GetActivation("y"));
    }

    [Fact]
    public void GetActivation_ConcatOfDifferentActivations_IsNone()
    {
        ModelGraph graph = Read(graph => graph.Node("Sigmoid", ["a"], ["c"]).Node("Concat", ["c", "boxes"], ["y"]));
        Assert.Equal(OutputActivation.None, graph.GetActivation("y"));
    }

    [Fact]
    public void GetActivation_Circle_Ends()
    {
        ModelGraph graph = Read(graph => graph.Node("Identity", ["b"], ["a"]).Node("Identity", ["a"], ["b"]));
        Assert.Equal(OutputActivation.None, graph.GetActivation("b"));
    }

    [Fact]
    public void GetActivation_NameOfNoValue_IsUnknown() =>
        Assert.Equal(OutputActivation.Unknown, Read(graph => graph.Node("Softmax", ["x"], ["y"])).GetActivation("z"));

    [Fact]
    public void FindProducer_Value_IsTheOperatorThatWritesIt()
    {
        GraphNode? node = Read(graph => graph.Node("Add", ["a", "b"], ["c"]).Node("Split", ["c"], ["d", "e"])).FindProducer("e");
        Assert.Equal("Split", node?.Operator);
        Assert.Equal(["c"], node!.Inputs);
        Assert.Equal(["d", "e"], node.Outputs);
    }

    [Fact]
    public void HasDynamicQuantization_OperatorInABranch_IsFound()
    {
        OnnxGraphBuilder branch = new OnnxGraphBuilder().Node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]);
        Assert.True(Read(graph => graph.Node("If", ["condition"], ["y"], null, ("then_branch", branch))).HasDynamicQuantization);
        Assert.False(Read(graph => graph.Node("QuantizeLinear", ["x", "s"], ["y"])).HasDynamicQuantization);
    }

    [Fact]
    public void TryRead_FileWithWeights_SkipsThem()
    {
        byte[] model = Write(graph => graph
            .Weights("w", new float[1_000_000], 1000, 1000)
            .Node("MatMul", ["x", "w"], ["h"])
            .Weights("v", new float[10], 10)
            .Node("Sigmoid", ["h"], ["y"]));
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".onnx");
        File.WriteAllBytes(path, model);
        try
        {
            var file = ModelFile.OnDisk("model.onnx", path, model.Length);
            Assert.InRange(Allocations.Least(() => ModelGraph.TryRead(file)), 1, 200_000);
            ModelGraph graph = ModelGraph.TryRead(file)!;
            Assert.Equal(2, graph.NodeCount);
            Assert.Equal(OutputActivation.Sigmoid, graph.GetActivation("y"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void TryRead_TruncatedFile_IsNullOrKnowsFewerOperators()
    {
        byte[] model = Write(graph => graph.Node("MatMul", ["x", "w"], ["h"]).Node("Sigmoid", ["h"], ["y"]));
        for (int length = 0; length < model.Length; length++)
        {
            ModelGraph? graph = ModelGraph.TryRead(ModelFile.InMemory("model.onnx", model.AsMemory(0, length)));
            Assert.True(graph is null || graph.NodeCount <= 2);
        }
    }

    [Fact]
    public void TryRead_MutatedFile_NeverThrows()
    {
        byte[] model = Write(
            graph => graph.Weights("w", new float[16], 4, 4).Node("MatMul", ["x", "w"], ["h"]).Node("Sigmoid", ["h"], ["y"]));
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] mutant = [.. model];
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                mutant[random.Next(mutant.Length)] = (byte)random.Next(256);
            }

            ModelGraph? graph = ModelGraph.TryRead(ModelFile.InMemory("model.onnx", mutant));
            graph?.GetActivation("y");
        }
    }

    [Fact]
    public void TryRead_OtherFormat_IsNull() =>
        Assert.Null(ModelGraph.TryRead(ModelFile.InMemory("model.ort", new byte[100])));

    private static ModelGraph Read(Action<OnnxGraphBuilder> graph) =>
        ModelGraph.TryRead(ModelFile.InMemory("model.onnx", Write(graph)))
            ?? throw new InvalidOperationException("The graph was not read.");

    private static byte[] Write(Action<OnnxGraphBuilder> graph) =>
        new OnnxModelBuilder().With(builder =>
        {
            builder.Input("x", TensorElementType.Float, 1).Output("y", TensorElementType.Float, 1);
            graph(builder);
        }).Build();
}

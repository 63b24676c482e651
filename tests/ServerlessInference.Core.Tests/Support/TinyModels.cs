using Microsoft.ML.OnnxRuntime.Tensors;

namespace ServerlessInference.Tests.Support;

/// <summary>The models that tests run.</summary>
internal static class TinyModels
{
    /// <summary>y = x, of any element type and shape.</summary>
    public static byte[] Identity(TensorElementType type, params Axis[] shape) => new OnnxModelBuilder()
        .With(graph => graph.Input("x", type, shape).Output("y", type, shape).Node("Identity", ["x"], ["y"])).Build();

    /// <summary>y = x + x, float32 [n, width].</summary>
    public static byte[] Double(int width = 4, Axis? batch = null) => new OnnxModelBuilder()
        .With(graph => graph
            .Input("x", TensorElementType.Float, batch ?? "n", width).Output("y", TensorElementType.Float, batch ?? "n", width)
            .Node("Add", ["x", "x"], ["y"]))
        .Build();

    /// <summary>y = x w, float32: weights of any size between small ends.</summary>
    public static byte[] Matrix(int rows, int columns) => new OnnxModelBuilder()
        .With(graph => graph
            .Input("x", TensorElementType.Float, "n", rows).Output("y", TensorElementType.Float, "n", columns)
            .Weights("w", [.. Enumerable.Range(0, rows * columns).Select(i => i % 1_000 / 1_000f)], rows, columns)
            .Node("MatMul", ["x", "w"], ["y"]))
        .Build();

    /// <summary>y = x, float32 [n, 1], for keys from the first one on; the model fails on every other key.</summary>
    public static byte[] Lookup(int entries, int firstKey = 0) => new OnnxModelBuilder()
        .With(graph => graph
            .Input("x", TensorElementType.Float, "n", 1).Output("y", TensorElementType.Float, "n", 1)
            .Weights("values", [.. Enumerable.Range(firstKey, entries).Select(key => (float)key)], entries)
            .Weights("first", [(float)-firstKey], 1)
            .Node("Add", ["x", "first"], ["shifted"]).Node("Cast", ["shifted"], ["index"], null, ("to", (long)TensorElementType.Int64))
            .Node("Gather", ["values", "index"], ["y"]))
        .Build();

    /// <summary>sum = a + b, difference = a - b: float32 [n], with two inputs and two outputs.</summary>
    public static byte[] SumAndDifference() => new OnnxModelBuilder()
        .With(graph => graph
            .Input("a", TensorElementType.Float, "n").Input("b", TensorElementType.Float, "n")
            .Output("sum", TensorElementType.Float, "n").Output("difference", TensorElementType.Float, "n")
            .Node("Add", ["a", "b"], ["sum"]).Node("Sub", ["a", "b"], ["difference"]))
        .Build();

    /// <summary>A classifier of rows of three: label = argmax, probabilities = softmax.</summary>
    public static byte[] Classifier(TensorElementType type = TensorElementType.Float, bool withLabel = true) => new OnnxModelBuilder()
        .With(graph =>
        {
            graph.Input("x", type, "n", 3).Output("probabilities", type, "n", 3).Node(
                "Softmax", ["x"], ["probabilities"], null, ("axis", 1L));
            if (withLabel)
            {
                graph.Output("label", TensorElementType.Int64, "n").Node("ArgMax", ["x"], ["label"], null, ("axis", 1L), ("keepdims", 0L));
            }
        }).Build();

    /// <summary>Rows of two as a sequence of maps from labels to numbers, as scikit-learn's ZipMap gives them.</summary>
    public static byte[] ZipMap() => new OnnxModelBuilder()
        .With(graph => graph
            .Input("x", TensorElementType.Float, "n", 2).MapSequenceOutput("maps", TensorElementType.String)
            .Node("ZipMap", ["x"], ["maps"], "ai.onnx.ml", ("classlabels_strings", new[] { "no", "yes" })))
        .Build();

    /// <summary>A sequence of the two inputs.</summary>
    public static byte[] Sequence() => new OnnxModelBuilder()
        .With(graph => graph
            .Input("a", TensorElementType.Float, "n").Input(
                "b", TensorElementType.Float, "n").SequenceOutput("both", TensorElementType.Float)
            .Node("SequenceConstruct", ["a", "b"], ["both"]))
        .Build();

    /// <summary>Counts up as often as it is told: a run that lasts until it is ended.</summary>
    public static byte[] Loop()
    {
        OnnxGraphBuilder body = new OnnxGraphBuilder()
            .Input("i", TensorElementType.Int64).Input("go", TensorElementType.Bool).Input("v", TensorElementType.Int64)
            .Output("go_on", TensorElementType.Bool).Output("next", TensorElementType.Int64)
            .Weights("one", [1L])
            .Node("Identity", ["go"], ["go_on"]).Node("Add", ["v", "one"], ["next"]);
        return new OnnxModelBuilder()
            .With(graph => graph
                .Input("times", TensorElementType.Int64).Output("y", TensorElementType.Int64)
                .Weights("zero", [0L]).Weights("true", TensorElementType.Bool, [1])
                .Node("Loop", ["times", "true", "zero"], ["y"], null, ("body", body)))
            .Build();
    }

    /// <summary>y = x + w, where w stands in a file beside the model.</summary>
    public static byte[] External(string file, int width = 4) => new OnnxModelBuilder()
        .With(graph => graph
            .Input("x", TensorElementType.Float, "n", width).Output("y", TensorElementType.Float, "n", width)
            .ExternalWeights("w", file, 0, width * sizeof(float), width).Node("Add", ["x", "w"], ["y"]))
        .Build();
}

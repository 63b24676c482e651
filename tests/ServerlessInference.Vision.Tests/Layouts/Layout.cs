using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Models;
using ServerlessInference.Registration;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Vision.Tests.Layouts;

/// <summary>A model folder in the layout of a public exporter. The outputs are constants, whatever the input is.</summary>
internal sealed class Layout : IModelSource
{
    private readonly OnnxModelBuilder _model = new();
    private readonly List<ModelFile> _files = [];

    public string Description => "layout:";

    /// <summary>A model with one output, a constant that may pass through an activation.</summary>
    public static Layout Classifier(
        Axis[] input,
        float[] values,
        long[] shape,
        string? activation = null,
        TensorElementType type = TensorElementType.Float,
        Axis[]? declared = null,
        string name = "output")
    {
        var layout = new Layout();
        OnnxGraphBuilder graph = layout._model.Graph;
        layout.AddZero("input", type, input);
        graph.Weights("constant", values, shape).Node("Add", ["constant", "zero"], ["raw"])
            .Node(activation ?? "Identity", ["raw"], [name], null, activation == "Softmax" ? [("axis", 1L)] : [])
            .Output(name, TensorElementType.Float, declared ?? ToAxes(shape));
        return layout;
    }

    /// <summary>A model with several constant outputs. Arrays are of float, long or int.</summary>
    public static Layout Outputs(Axis[] input, params (string Name, Array Values, long[] Shape)[] outputs) =>
        new Layout().AddOutputs("input", input, outputs);

    /// <summary>The same with another name of the input.</summary>
    public static Layout Outputs(string name, Axis[] input, params (string Name, Array Values, long[] Shape)[] outputs) =>
        new Layout().AddOutputs(name, input, outputs);

    /// <summary>Azure Custom Vision's classifier: a label, and a map from label to score.</summary>
    public static Layout CustomVision()
    {
        var layout = new Layout();
        layout.AddZero("data", TensorElementType.Float, ["None", 3, 224, 224]);
        layout._model.Graph
            .Weights("constant", [0.9f, 0.1f], 1, 2)
            .Node("Add", ["constant", "zero"], ["scores"])
            .Node("ArgMax", ["scores"], ["best"], null, ("axis", 1L), ("keepdims", 1L))
            .Node(
                "LabelEncoder", ["best"], ["classLabel"], "ai.onnx.ml",
                ("keys_int64s", new[] { 0L, 1 }), ("values_strings", new[] { "cat", "dog" }))
            .Node("ZipMap", ["scores"], ["loss"], "ai.onnx.ml", ("classlabels_strings", new[] { "cat", "dog" }))
            .Output("classLabel", TensorElementType.String, 1, 1)
            .MapSequenceOutput("loss", TensorElementType.String);
        return layout;
    }

    /// <summary>Numbers from 0 to 1 that are the same in each run.</summary>
    public static float[] Uniform(params long[] shape)
    {
        var random = new Random(1);
        float[] values = new float[shape.Aggregate(1L, (count, axis) => count * axis)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = random.NextSingle();
        }

        return values;
    }

    public static float[] Scaled(float factor, float offset, params long[] shape) =>
        Array.ConvertAll(Uniform(shape), value => (value * factor) + offset);

    public Layout File(string name, string text)
    {
        _files.RemoveAll(file => file.Name == name);
        _files.Add(ModelFile.InMemory(name, Encoding.UTF8.GetBytes(text)));
        return this;
    }

    public Layout Metadata(string key, string value)
    {
        _model.Metadata(key, value);
        return this;
    }

    public Layout Graph(Action<OnnxGraphBuilder> add)
    {
        add(_model.Graph);
        return this;
    }

    public ValueTask<string> GetVersionAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult("1");

    public ValueTask<ModelArtifact> LoadAsync(CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(new ModelArtifact("layout:", "1", [ModelFile.InMemory("model.onnx", _model.Build()), .. _files]));

    public async Task<ImageClassification> ClassifyAsync(Action<ImageClassificationOptions>? configure = null) =>
        await RunAsync<ImageClassification>(model => model.UseImageClassification(configure));

    public async Task<ObjectDetection> DetectAsync(Action<DetectionOptions>? configure = null) =>
        await RunAsync<ObjectDetection>(model => model.UseObjectDetection(configure));

    /// <summary>Runs a grey image through a pipeline of the model.</summary>
    public async Task<TAnswer> RunAsync<TAnswer>(Action<ModelBuilder> pipeline)
    {
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel("layout", model => pipeline(
            model.From(source => source.Custom(_ => this)).Configure(options => options.IntraOpThreads = 1)));
        await using ServiceProvider provider = services.BuildServiceProvider();
        InferenceResult<TAnswer> result = await provider
            .GetRequiredKeyedService<IInferencePipeline<ReadOnlyMemory<byte>, TAnswer>>("layout")
            .RunAsync(WarmupImage.Png, TestContext.Current.CancellationToken);
        return result.Value;
    }

    private static Axis[] ToAxes(long[] shape) => Array.ConvertAll(shape, axis => (Axis)(int)axis);

    private Layout AddOutputs(string name, Axis[] input, (string Name, Array Values, long[] Shape)[] outputs)
    {
        AddZero(name, TensorElementType.Float, input);
        OnnxGraphBuilder graph = _model.Graph;
        foreach ((string output, Array values, long[] shape) in outputs)
        {
            string constant = output + "_constant";
            (TensorElementType type, string node, string[] operands) = values switch
            {
                float[] => (TensorElementType.Float, "Add", [constant, "zero"]),
                long[] => (TensorElementType.Int64, "Identity", new[] { constant }),
                _ => (TensorElementType.Int32, "Identity", new[] { constant }),
            };
            graph.Weights(constant, type, ToBytes(values), shape).Node(node, operands, [output]).Output(output, type, ToAxes(shape));
        }

        return this;
    }

    private void AddZero(string input, TensorElementType type, Axis[] shape)
    {
        OnnxGraphBuilder graph = _model.Graph;
        graph.Input(input, type, shape).Weights("nothing", new float[1]);
        string floats = input;
        if (type != TensorElementType.Float)
        {
            floats = "floats";
            graph.Node("Cast", [input], [floats], null, ("to", (long)TensorElementType.Float));
        }

        graph.Node("ReduceMean", [floats], ["mean"], null, ("keepdims", 0L)).Node("Mul", ["mean", "nothing"], ["zero"]);
    }

    private static ReadOnlySpan<byte> ToBytes(Array values) => values switch
    {
        float[] floats => MemoryMarshal.AsBytes<float>(floats),
        long[] longs => MemoryMarshal.AsBytes<long>(longs),
        _ => MemoryMarshal.AsBytes<int>((int[])values),
    };
}

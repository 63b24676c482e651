using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Processing;
using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Vision.Detection;

namespace ServerlessInference.Vision.Tests.Detection;

/// <summary>A model description without a model, and batches whose outputs the test sets.</summary>
internal sealed class DetectionFixture
{
    private readonly List<ValueDescription> _outputs = [];
    private readonly Dictionary<string, string> _metadata = [];
    private string[] _labels = [];
    private long[] _input = [1, 3, 640, 640];

    public DetectionOptions Options { get; } = new();

    public static DetectionFixture With(string output, params long[] shape) => new DetectionFixture().Output(output, shape);

    public DetectionFixture Output(string name, params long[] shape) => Output(name, TensorElementType.Float, shape);

    public DetectionFixture Output(string name, TensorElementType type, params long[] shape)
    {
        _outputs.Add(new ValueDescription(name, ValueKind.Tensor, type, shape));
        return this;
    }

    public DetectionFixture Input(params long[] shape)
    {
        _input = shape;
        return this;
    }

    public DetectionFixture Labels(int count)
    {
        _labels = [.. Enumerable.Range(0, count).Select(i => $"class{i}")];
        return this;
    }

    public DetectionFixture Metadata(string key, string value)
    {
        _metadata[key] = value;
        return this;
    }

    /// <summary>Writes the metadata that Ultralytics writes.</summary>
    public DetectionFixture Ultralytics(string task, int classes) => Metadata("task", task)
        .Metadata("stride", "32")
        .Metadata("names", "{" + string.Join(", ", Enumerable.Range(0, classes).Select(i => $"{i}: 'class{i}'")) + "}");

    public LoadedModel Model()
    {
        ModelFile[] files = _labels.Length == 0
            ? [ModelFile.InMemory("model.onnx", Array.Empty<byte>())]
            :
            [
                ModelFile.InMemory("model.onnx", Array.Empty<byte>()),
                ModelFile.InMemory("labels.txt", System.Text.Encoding.UTF8.GetBytes(string.Join('\n', _labels)))
            ];
        return new LoadedModel(
            new ModelIdentity("yolo", "1", "test"),
            new ModelDescription([new ValueDescription("images", ValueKind.Tensor, TensorElementType.Float, _input)], _outputs, _metadata),
            new ModelArtifact("test", "1", files));
    }

    public DetectionModel Detection() => new(Model(), Options, DetectionTask.Boxes);

    /// <summary>Gets the head that is found. Fails the test if there is not exactly one.</summary>
    public DetectionHead Head()
    {
        HeadSelection selection = Detection().Selection;
        Assert.Null(selection.Failure);
        return Assert.Single(selection.Heads).Head;
    }

    public string Failure() => Detection().Selection.Failure ?? throw new InvalidOperationException("A head was found.");

    /// <summary>Postprocesses one output tensor.</summary>
    public async Task<ObjectDetection[]> Run(
        InferenceValue output, int count = 1, LetterboxTransform? transform = null, ImageSize? size = null)
    {
        LoadedModel model = Model();
        using var batch = new InferenceBatch(model, count);
        batch.SetOutput(model.Description.Outputs[0].Name, output);
        ImageBatchState state = batch.State(() => new ImageBatchState());
        state.Begin(count);
        state.Size = size ?? new ImageSize(640, 640);
        Array.Fill(state.Transforms, transform ?? new LetterboxTransform(640, 640, 1, 1, 0, 0));
        var results = new ObjectDetection[count];
        await new DetectionPostprocessor<ObjectDetection>(
            new DetectionModels(Options, DetectionTask.Boxes), Options, new ObjectDetectionAnswer())
            .PostprocessAsync(batch, results, TestContext.Current.CancellationToken);
        return results;
    }
}

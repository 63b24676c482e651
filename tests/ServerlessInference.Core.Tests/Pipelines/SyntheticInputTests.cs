using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Models;
using ServerlessInference.Pipelines;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Pipelines;

/// <summary>Warm-up of models without a pipeline of their own, on zeros in the shapes that they declare.</summary>
public sealed class SyntheticInputTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WarmUpAsync_DemoModel_Runs() =>
        await WarmUpAsync(await File.ReadAllBytesAsync(Path.Combine(Repository.DemoModel, "model.onnx"), Token));

    [Theory]
    [InlineData(TensorElementType.Float)]
    [InlineData(TensorElementType.Int64)]
    [InlineData(TensorElementType.Bool)]
    public async Task WarmUpAsync_DynamicAxes_Runs(TensorElementType type) =>
        await WarmUpAsync(TinyModels.Identity(type, "n", "width", "depth"));

    [Theory]
    [InlineData(7)] // shorter than the window
    [InlineData(100)]
    [InlineData(512)]
    public async Task WarmUpAsync_ModelThatRefusesLengthOne_GetsMore(int window) => await WarmUpAsync(AtLeast(window));

    [Fact]
    public async Task WarmUpAsync_ImageOfAnySize_IsLargeEnoughForItsWindow() => await WarmUpAsync(Image(200));

    [Fact]
    public async Task WarmUpAsync_ImageWhoseSizeIsNoted_HasThatSize() =>
        await WarmUpAsync(Image(600, ("imgsz", "[640, 640]")));

    [Fact]
    public async Task WarmUpAsync_NamedAxis_HasThatLength() =>
        await WarmUpAsync(AtLeast(1000), options => options.WarmupAxes["width"] = 1000);

    [Fact]
    public async Task WarmUpAsync_NoLengthFits_SaysWhatToSet()
    {
        InferenceException error = await Assert.ThrowsAsync<InferenceException>(() => WarmUpAsync(AtLeast(1000)));

        Assert.Contains("'x' float32 [n, 1, width]. Set the lengths in the option WarmupAxes. The first error: " +
            "", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WarmUpAsync_NamedAxisThatTheModelRefuses_TellsItsError() =>
        await Assert.ThrowsAsync<InferenceException>(() => WarmUpAsync(AtLeast(100), options => options.WarmupAxes["width"] = 10));

    [Fact]
    public async Task WarmUpAsync_ManyAxesOfAnyLengthAndNoneFits_SaysWhatToSet()
    {
        InferenceException error = await Assert.ThrowsAsync<InferenceException>(() => WarmUpAsync(new OnnxModelBuilder().With(graph => graph
            .Input(
                "x", TensorElementType.Float, "n", "channels", "depth", "height",
                "width").Output("y", TensorElementType.Float, "n", "channels", "d", "h", "w")
            .Node("MaxPool", ["x"], ["y"], null, ("kernel_shape", new long[] { 1000, 1000, 1000 }))).Build()));

        Assert.Contains("Set the lengths in the option WarmupAxes.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_ManyAxesOfAnyLength_TriesNothingThatTakesMuchMemory()
    {
        var description = new ModelDescription(
            [new ValueDescription("x", ValueKind.Tensor, TensorElementType.Float, [-1, -1, -1, -1, -1])], []);
        using var batch = new InferenceBatch(
            new LoadedModel(new ModelIdentity("m", "v1", "test"), description, StubModelSource.Artifact([1])), 1);
        var tried = new List<long>();

        Assert.Throws<InferenceException>(() => SyntheticInput.Run(batch, new Dictionary<string, int>(), () =>
        {
            tried.Add(batch.Input(0).Size);
            throw new InferenceException("refused");
        }));

        // 1, 2, 8, 16, 32 and 64 in each of four axes of float32.
        Assert.Equal([4, 64, 16_384, 262_144, 4_194_304, 67_108_864], tried);
    }

    /// <summary>A pool without padding refuses what is shorter than its window.</summary>
    private static byte[] AtLeast(long window) => new OnnxModelBuilder().With(graph => graph
        .Input("x", TensorElementType.Float, "n", 1, "width").Output("y", TensorElementType.Float, "n", 1, "pooled")
        .Node("MaxPool", ["x"], ["y"], null, ("kernel_shape", new[] { window }))).Build();

    private static byte[] Image(long window, params (string Key, string Value)[] metadata)
    {
        OnnxModelBuilder model = new OnnxModelBuilder().With(graph => graph
            .Input(
                "images", TensorElementType.Float, "batch", 3, "height", "width").Output("y", TensorElementType.Float, "batch", 3, "h", "w")
            .Node("MaxPool", ["images"], ["y"], null, ("kernel_shape", new[] { window, window })));
        foreach ((string key, string value) in metadata)
        {
            model.Metadata(key, value);
        }

        return model.Build();
    }

    private static async Task WarmUpAsync(byte[] model, Action<ModelOptions>? configure = null)
    {
        await using ServiceProvider services = TestModels.Services(
            "m", model, builder => builder.Configure(options => configure?.Invoke(options))).BuildServiceProvider();

        Assert.Equal("m", (await services.Registry().WarmUpAsync("m", Token)).Name);
    }
}

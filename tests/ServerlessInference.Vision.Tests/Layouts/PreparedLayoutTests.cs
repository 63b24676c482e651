using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models;
using ServerlessInference.Sessions;

namespace ServerlessInference.Vision.Tests.Layouts;

/// <summary>The graph of a prepared model cannot be read: its record or its first outputs say whether it ends in an activation.</summary>
public sealed class PreparedLayoutTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("si-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("Softmax", new[] { 2f, 1, 0.1f }, "the graph ends in a softmax", 0.6590f)]
    [InlineData("Sigmoid", new[] { 2f, 1, 0.1f }, "the graph ends in a sigmoid", 0.8808f)]
    [InlineData(null, new[] { 0.5f, 0.3f, 0.2f }, "outputs without an activation are logits", 0.3907f)]
    public async Task Classify_PreparedModel_FollowsItsRecord(string? activation, float[] values, string origin, float best)
    {
        PreparedModel prepared = await PrepareAsync(activation, values);
        File.Delete(Path.Combine(_folder, "model.onnx"));

        (float score, ModelDecision decision) = await ClassifyAsync(_folder);

        Assert.True(File.Exists(prepared.Record));
        Assert.Equal((origin, best), (decision.Origin, MathF.Round(score, 4)));
    }

    [Theory]
    [InlineData("Softmax", "the first outputs are not negative and add up to 1", 0.6590f)]
    [InlineData("Sigmoid", "the first outputs are all from 0 to 1", 0.8808f)]
    [InlineData(null, "nothing shows that the outputs are probabilities", 0.6590f)]
    public async Task Classify_OrtFileWithoutRecord_LooksAtTheFirstOutputs(string? activation, string origin, float best)
    {
        PreparedModel prepared = await PrepareAsync(activation, [2, 1, 0.1f]);
        string file = Path.Combine(_folder, "alone.ort");
        File.Move(prepared.File, file);

        (float score, ModelDecision decision) = await ClassifyAsync(file);

        Assert.Equal((origin, best), (decision.Origin, MathF.Round(score, 4)));
    }

    private async Task<PreparedModel> PrepareAsync(string? activation, float[] values)
    {
        using ModelArtifact artifact = await Layout.Classifier([1, 3, 32, 32], values, [1, 3], activation).LoadAsync();
        string model = Path.Combine(_folder, "model.onnx");
        await File.WriteAllBytesAsync(model, artifact.GetModelFile().Memory, TestContext.Current.CancellationToken);
        return await ModelPreparation.WriteAsync(model, _folder, PreparationLevel.Extended, TestContext.Current.CancellationToken);
    }

    private static async Task<(float Score, ModelDecision Decision)> ClassifyAsync(string path)
    {
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel("prepared", model => model.FromFileSystem(path).UseImageClassification());
        await using ServiceProvider provider = services.BuildServiceProvider();
        InferenceResult<ImageClassification> result = await provider
            .GetRequiredKeyedService<IInferencePipeline<ReadOnlyMemory<byte>, ImageClassification>>("prepared")
            .RunAsync(WarmupImage.Png, TestContext.Current.CancellationToken);
        using ModelLease lease = await provider.GetRequiredService<IModelRegistry>()
            .AcquireAsync("prepared", TestContext.Current.CancellationToken);
        return (result.Value.Top[0].Score, lease.Model.Decisions.Single(decision => decision.Subject == "scores"));
    }
}

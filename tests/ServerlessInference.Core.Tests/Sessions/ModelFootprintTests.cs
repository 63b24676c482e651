using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Sessions;

/// <summary>
/// The estimate holds what a model really takes: here for 40 MB of weights, and for the model that SERVERLESS_INFERENCE_SWAP_MODEL names.
/// </summary>
[Collection("Alone")]
public sealed class ModelFootprintTests
{
    private const long Working = 16 * 1024 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Of_SeveralFiles_CountsTheModelAndWhatBelongsToIt()
    {
        using var artifact = new ModelArtifact("s", "v", [
            ModelFile.InMemory("model.onnx", new byte[10]), ModelFile.InMemory("model.onnx.data", new byte[1000]),
            ModelFile.InMemory("model_int8.onnx", new byte[500]), ModelFile.InMemory("model.avx2.ort", new byte[500])]);

        Assert.Equal(new ModelFootprint(Working + 2020, Working + 3030), ModelFootprint.Estimate(artifact, new ModelOptions()));
        Assert.Equal(new ModelFootprint(77, 77), ModelFootprint.Estimate(artifact, new ModelOptions { MemoryBytes = 77 }));
    }

    [Fact]
    public void Of_PreparedModels_CountsThoseOfTheChosenModelAlone()
    {
        using var artifact = new ModelArtifact("s", "v", [
            ModelFile.InMemory("small.onnx.any-1.0.0.ort", new byte[100]), ModelFile.InMemory("small.onnx.avx2-1.0.0.ort", new byte[120]),
            ModelFile.InMemory("large.onnx", new byte[4000]), ModelFile.InMemory("large.onnx.any-1.0.0.ort", new byte[5000])]);

        // The plain model of the small one is not there, which no prepared model needs.
        Assert.Equal(
            new ModelFootprint(Working + 120, Working + 120), ModelFootprint.Estimate(artifact, new ModelOptions { File = "small.onnx" }));
        Assert.Equal(
            new ModelFootprint(Working + 120, Working + 120),
            ModelFootprint.Estimate(artifact, new ModelOptions { File = "small.onnx.avx2-1.0.0.ort" }));
        Assert.Equal(
            new ModelFootprint(Working + 5000, Working + 5000),
            ModelFootprint.Estimate(artifact, new ModelOptions { File = "large.onnx" }));
    }

    [Fact]
    public async Task Of_LoadedModel_IsNotLessThanWhatIsMeasured()
    {
        Assert.SkipUnless(MeasuredMemory.IsKnown, "This system has no /proc.");
        using var folder = new TestFolder();
        string file = Environment.GetEnvironmentVariable("SERVERLESS_INFERENCE_SWAP_MODEL") ?? folder.Write(
            "model.onnx", TinyModels.Matrix(1_000, 10_000));

        // ONNX Runtime itself is in memory before anything is measured.
        (await TestModels.LoadAsync(TinyModels.Double())).Lease.Dispose();
        await using ServiceProvider services = TestModels.Services("m", new FileSystemModelSource(file)).BuildServiceProvider();
        using ModelArtifact artifact = await services.GetRequiredKeyedService<IModelSource>("m").LoadAsync(Token);
        ModelFootprint estimate = ModelFootprint.Estimate(artifact, new ModelOptions());
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        NativeHeap.Trim();
        long before = MeasuredMemory.Resident();
        using var done = new CancellationTokenSource();
        Task<long> watching = Task.Run(() => MostAsync(done.Token), Token);

        ModelIdentity model = await services.Registry().WarmUpAsync("m", Token);

        await done.CancelAsync();
        long peak = await watching - before;
        NativeHeap.Trim();
        long growth = MeasuredMemory.Resident() - before;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Path.GetFileName(model.Source)}: {artifact.GetModelFile().Length / 1e6:0.0} MB, resident {growth / 1e6:0.0} MB when " +
            $"trimmed, at most {peak / 1e6:0.0} MB");
        Assert.InRange(growth, 0, estimate.Resident);
        Assert.InRange(peak, 0, estimate.Peak);
    }

    private static async Task<long> MostAsync(CancellationToken stop)
    {
        long most = 0;
        while (!stop.IsCancellationRequested)
        {
            most = Math.Max(most, MeasuredMemory.Resident());
            await Task.Delay(1, CancellationToken.None); // the interval of the samples: nothing signals a peak
        }

        return most;
    }
}

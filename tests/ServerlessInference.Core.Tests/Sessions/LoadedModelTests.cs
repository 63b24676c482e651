using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Sessions;

public sealed class LoadedModelTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GetOrCreate_SameOwnerAndType_DerivesOnce()
    {
        (ServiceProvider services, ModelLease lease) = await TestModels.LoadAsync(TinyModels.Double());
        await using (services)
        {
            var owner = new object();
            Owner derived = lease.Model.GetOrCreate(owner, _ => new Owner());

            Assert.Same(derived, lease.Model.GetOrCreate(owner, _ => new Owner()));
            Assert.NotSame(derived, lease.Model.GetOrCreate(new object(), _ => new Owner()));
            Assert.Equal("v", lease.Model.GetOrCreate(owner, _ => "v"));
            Assert.False(derived.IsDisposed);

            await services.DisposeAsync();
            lease.Dispose();
            Assert.Equal(1, derived.Count);
        }
    }

    [Fact]
    public async Task Dispose_FilesThatCannotBeGivenBack_ReturnsTheShareOfTheBudget()
    {
        var source = new StubModelSource(
            "memory:test", _ => Task.FromResult(StubModelSource.Artifact(TinyModels.Double(), owner: new Stubborn())));
        await using ServiceProvider services = TestModels.Services("m", source).BuildServiceProvider();
        (await services.Registry().AcquireAsync("m", Token)).Dispose();
        ModelMemory memory = services.GetRequiredService<ModelMemory>();
        Assert.True(memory.Reserved > 0);

        Assert.Throws<IOException>(() => ((IDisposable)services.Registry()).Dispose());

        Assert.Equal(0, memory.Reserved);
    }

    [Fact]
    public async Task RentBatch_Returned_IsRentedAgain()
    {
        (ServiceProvider services, ModelLease lease) = await TestModels.LoadAsync(TinyModels.Double());
        await using (services)
        {
            var batch = lease.Model.RentBatch();
            lease.Model.ReturnBatch(batch);

            Assert.Same(batch, lease.Model.RentBatch());
            Assert.NotSame(batch, lease.Model.RentBatch());
            lease.Dispose();
        }
    }

    [Fact]
    public void CreateSession_CancelledToken_EndsTheLoadingInOnnxRuntime()
    {
        var factory = new OnnxSessionFactory(NullLogger<OnnxSessionFactory>.Instance, new InferenceThreadOptions());

        Assert.ThrowsAny<OperationCanceledException>(() => factory.Create(
            new ModelArtifact(
                "memory:test", "v1",
                [ModelFile.InMemory("model.onnx", TinyModels.Classifier())]), new ModelOptions(), new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Load_ModelThatIsPartOfALargerMemory_Works()
    {
        byte[] model = TinyModels.Double();
        byte[] larger = [.. new byte[10], .. model, .. new byte[10]];
        var source = new StubModelSource("memory:slice", _ => Task.FromResult(
            new ModelArtifact("memory:slice", "v1", [ModelFile.InMemory("model.onnx", larger.AsMemory(10, model.Length))])));
        await using ServiceProvider services = TestModels.Services("m", source).BuildServiceProvider();

        using ModelLease lease = await services.Registry().AcquireAsync("m", Token);

        Assert.Equal("x", lease.Model.Description.Inputs[0].Name);
    }

    private sealed class Stubborn : IDisposable
    {
        private bool _refused;

        public void Dispose()
        {
            if (!_refused)
            {
                _refused = true;
                throw new IOException("The lock cannot be given back.");
            }
        }
    }
}

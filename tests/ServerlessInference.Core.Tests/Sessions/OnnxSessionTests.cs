using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Sessions;

public sealed class OnnxSessionTests : IAsyncDisposable
{
    private ServiceProvider? _services;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
        }
    }

    [Fact]
    public async Task Description_Model_SaysWhatItDeclares()
    {
        using ModelLease lease = await LoadAsync(new OnnxModelBuilder { Producer = "pytorch" }
            .With(graph => graph
                .Input("image", TensorElementType.Float, "batch", 3, 64, 64).Input("mask", TensorElementType.Bool, 2)
                .Output("same", TensorElementType.Float, "batch", 3, 64, 64).Output("not", TensorElementType.Bool, 2)
                .Node("Identity", ["image"], ["same"]).Node("Not", ["mask"], ["not"]))
            .Metadata("names", "{0: 'person'}").Metadata("imgsz", "[640, 640]").Build());
        ModelDescription description = lease.Model.Description;

        Assert.Equal("'image' float32 [batch, 3, 64, 64]", description.Inputs[0].ToString());
        Assert.Equal("'mask' bool [2]", description.Inputs[1].ToString());
        Assert.True(description.Inputs[0].HasDynamicBatch);
        Assert.False(description.Inputs[1].HasDynamicBatch);
        Assert.Equal(["batch", "", "", ""], description.Inputs[0].Symbols.ToArray());
        Assert.Equal("'same' float32 [batch, 3, 64, 64]", description.Outputs[0].ToString());
        Assert.Equal("{0: 'person'}", description.Metadata["names"]);
        Assert.Equal("[640, 640]", description.Metadata["imgsz"]);
        Assert.Equal("pytorch", description.Producer);
        Assert.Equal(1, description.IndexOfInput("mask"));
        Assert.Equal(-1, description.IndexOfOutput("mask"));
    }

    [Fact]
    public async Task Description_SequenceOfMaps_SaysWhatItHolds()
    {
        using ModelLease lease = await LoadAsync(TinyModels.ZipMap());
        ValueDescription output = lease.Model.Description.Outputs[0];

        Assert.Equal(ValueKind.Sequence, output.Kind);
        Assert.Equal("float32", output.ElementTypeName);
        Assert.Equal("'maps' sequence", output.ToString());
    }

    [Fact]
    public async Task Run_UnfilledInputs_ListsThemAndAllInputs()
    {
        using ModelLease lease = await LoadAsync(TinyModels.SumAndDifference());
        using var batch = new InferenceBatch(lease.Model, 1);

        ModelContractException error = Assert.Throws<ModelContractException>(() => lease.Model.Run(batch, Token));

        Assert.Equal("The preprocessor did not fill 'a', 'b' of model 'm'. Its inputs are 'a' float32 [n], 'b' float32 " +
            "[n].", error.Message);
    }

    [Fact]
    public async Task Run_OneUnfilledInput_NamesItAlone()
    {
        using ModelLease lease = await LoadAsync(TinyModels.SumAndDifference());
        using var batch = new InferenceBatch(lease.Model, 1);
        batch.CreateInput<float>("a", 2);

        ModelContractException error = Assert.Throws<ModelContractException>(() => lease.Model.Run(batch, Token));

        Assert.StartsWith("The preprocessor did not fill 'b' of model 'm'.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TwoInputsAndOutputs_FillsBothOutputs()
    {
        using ModelLease lease = await LoadAsync(TinyModels.SumAndDifference());
        using var batch = new InferenceBatch(lease.Model, 1);
        new float[] { 5, 7 }.CopyTo(batch.CreateInput<float>("a", 2));
        new float[] { 1, 2 }.CopyTo(batch.CreateInput<float>("b", 2));

        lease.Model.Run(batch, Token);

        Assert.Equal([6f, 9f], batch.GetOutput<float>("sum").Elements.ToArray());
        Assert.Equal([4f, 5f], batch.GetOutput<float>("difference").Elements.ToArray());
    }

    [Fact]
    public async Task Run_AxesThatDoNotGoTogether_TellsShapesAndInputs()
    {
        using ModelLease lease = await LoadAsync(TinyModels.SumAndDifference());
        using var batch = new InferenceBatch(lease.Model, 1);
        batch.CreateInput<float>("a", 2).Clear();
        batch.CreateInput<float>("b", 3).Clear();

        InferenceException error = Assert.ThrowsAny<InferenceException>(() => lease.Model.Run(batch, Token));

        Assert.Contains("m (v1 from memory:test)", error.Message, StringComparison.Ordinal);
        Assert.Contains("2", error.Message, StringComparison.Ordinal);
        Assert.Contains("3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Cancelled_EndsTheRunningInference()
    {
        using ModelLease lease = await LoadAsync(TinyModels.Loop());
        using var batch = new InferenceBatch(lease.Model, 1);
        batch.CreateInput<long>("times")[0] = long.MaxValue;
        using var cancellation = new CancellationTokenSource();
        var started = new TaskCompletionSource();

        Task run = Task.Factory.StartNew(
            () =>
            {
                started.SetResult();
                lease.Model.Run(batch, cancellation.Token);
            },
            Token,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await started.Task;
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public async Task Run_AfterACancelledRun_Works()
    {
        using ModelLease lease = await LoadAsync(TinyModels.Loop());
        using var batch = new InferenceBatch(lease.Model, 1);
        batch.CreateInput<long>("times")[0] = 5;
        Assert.ThrowsAny<OperationCanceledException>(() => lease.Model.Run(batch, new CancellationToken(canceled: true)));

        lease.Model.Run(batch, Token);

        Assert.Equal(5, batch.GetOutput<long>("y").Elements[0]);
        Assert.True(batch.GetOutput<long>("y").Shape.IsEmpty);
    }

    [Fact]
    public async Task Run_ManyThreadsAtOnce_EachGetsItsOwnAnswer()
    {
        using ModelLease lease = await LoadAsync(TinyModels.Double());
        await Parallel.ForEachAsync(Enumerable.Range(0, 200), Token, (i, token) =>
        {
            using var batch = new InferenceBatch(lease.Model, 1);
            batch.CreateInput<float>("x", 1, 4).Fill(i);
            lease.Model.Run(batch, token);
            Assert.Equal(2f * i, batch.GetOutput<float>("y").Elements[3]);
            return ValueTask.CompletedTask;
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Load_ExternalData_IsReadBesideTheModel(bool throughLinks)
    {
        using var folder = new TestFolder();
        byte[] weights = new byte[16];
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(weights.AsSpan()).Fill(2.5f);
        string path = folder.Path;
        if (throughLinks)
        {
            // The way Hugging Face's cache keeps snapshots.
            folder.Write("blobs/a", TinyModels.External("model.onnx.data"));
            folder.Write("blobs/b", weights);
            path = Directory.CreateDirectory(Path.Combine(folder.Path, "snapshot")).FullName;
            File.CreateSymbolicLink(Path.Combine(path, "model.onnx"), "../blobs/a");
            File.CreateSymbolicLink(Path.Combine(path, "model.onnx.data"), "../blobs/b");
        }
        else
        {
            folder.Write("model.onnx", TinyModels.External("model.onnx.data"));
            folder.Write("model.onnx.data", weights);
        }

        using ModelLease lease = await LoadAsync(new FileSystemModelSource(path));
        using var batch = new InferenceBatch(lease.Model, 1);
        batch.CreateInput<float>("x", 1, 4).Fill(1);
        lease.Model.Run(batch, Token);

        Assert.Equal([3.5f, 3.5f, 3.5f, 3.5f], batch.GetOutput<float>("y").Elements.ToArray());
    }

    private Task<ModelLease> LoadAsync(byte[] model) => LoadAsync(StubModelSource.Of(model));

    private async Task<ModelLease> LoadAsync(IModelSource source)
    {
        _services = TestModels.Services("m", source).BuildServiceProvider();
        return await _services.Registry().AcquireAsync("m", Token);
    }
}

using Microsoft.ML.OnnxRuntime.Tensors;
using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Tests.Support;

namespace ServerlessInference.Tests.Sessions;

/// <summary>What a session keeps from run to run, and what it gives back.</summary>
[Collection("Alone")]
public sealed class SessionMemoryTests : IDisposable
{
    private const int LargeRun = 1024;

    private readonly SessionTrial _trial = new();

    public void Dispose() => _trial.Dispose();

    [Fact]
    public void Run_AgainOnTheSameBatch_AllocatesNothing()
    {
        using ModelArtifact artifact = SessionTrial.Open(Repository.DemoModel);
        using OnnxSession session = _trial.Load(artifact);
        using InferenceBatch batch = SessionTrial.Batch(session, artifact);
        SessionTrial.RunOn(session, batch);

        Assert.Equal(0, Allocations.Least(() =>
        {
            batch.CreateInput<float>(0, 1, 3, 64, 64);
            session.Run(batch, batch.Model.Identity, CancellationToken.None);
            if (batch.GetOutput<float>(0).Elements.Length != 10 || batch.GetFloatOutput(0).Shape[1] != 10)
            {
                throw new InvalidOperationException("The output has another shape.");
            }
        }));
    }

    [Fact]
    public void Run_BatchesOfOtherLengths_GivesTheOutputsShapes()
    {
        using ModelArtifact artifact = SessionTrial.Open(Repository.DemoModel);
        using OnnxSession session = _trial.Load(artifact);
        using InferenceBatch batch = SessionTrial.Batch(session, artifact, 5);
        foreach (int rows in new[] { 1, 5, 2, 2, 1 })
        {
            Assert.Equal(10 * rows, SessionTrial.RunOn(session, batch, rows).Length);
            Assert.Equal([rows, 10], batch.GetOutput<float>(0).Shape.ToArray());
            Assert.Equal(10 * rows, Assert.IsType<ServerlessInference.Tensors.TensorValue>(batch.GetOutputValue(0)).Shape[0] * 10);
            batch.Clear();
        }
    }

    [Fact]
    public void Run_OutputThatIsNotWhatTheModelDeclares_IsGivenAsItIs()
    {
        // The axis n of the output is not the n of the input: the model gives the elements that are not zero.
        byte[] model = new OnnxModelBuilder().With(graph => graph
            .Input("x", TensorElementType.Float, "n").Output("y", TensorElementType.Int64, 1, "n").Node("NonZero", ["x"], ["y"])).Build();
        using var artifact = new ModelArtifact("memory:test", "v1", [ModelFile.InMemory("model.onnx", model)]);
        using OnnxSession session = _trial.Load(artifact);
        using InferenceBatch batch = SessionTrial.Batch(session, artifact);
        for (int i = 0; i < 3; i++)
        {
            float[] input = [1, 0, 0, 2];
            input.CopyTo(batch.CreateInput<float>(0, 4));
            session.Run(batch, batch.Model.Identity, CancellationToken.None);

            Assert.Equal([0L, 3L], batch.GetOutput<long>(0).Elements.ToArray());
            Assert.Equal([1L, 2L], batch.GetOutput<long>(0).Shape.ToArray());
            batch.Clear();
        }
    }

    [Fact]
    public void Run_OutputThatOnceWasWhatTheModelDeclares_IsGivenAsItIsThen()
    {
        byte[] model = new OnnxModelBuilder().With(graph => graph
            .Input("x", TensorElementType.Float, "n").Output("y", TensorElementType.Int64, 1, "n").Node("NonZero", ["x"], ["y"])).Build();
        using var artifact = new ModelArtifact("memory:test", "v1", [ModelFile.InMemory("model.onnx", model)]);
        using OnnxSession session = _trial.Load(artifact);
        using InferenceBatch batch = SessionTrial.Batch(session, artifact);
        batch.CreateInput<float>(0, 2).Fill(1);
        session.Run(batch, batch.Model.Identity, CancellationToken.None);
        Assert.Equal([0L, 1L], batch.GetOutput<long>(0).Elements.ToArray());

        // The same batch once more, as a warm-up that tries several lengths does.
        float[] input = [1, 0, 0, 2];
        input.CopyTo(batch.CreateInput<float>(0, 4));
        session.Run(batch, batch.Model.Identity, CancellationToken.None);

        Assert.Equal([0L, 3L], batch.GetOutput<long>(0).Elements.ToArray());
    }

    [Theory]
    [InlineData(MemoryArena.Small)]
    [InlineData(MemoryArena.Default)]
    [InlineData(MemoryArena.None)]
    public void Create_AnyArenaAndNoPrepacking_AnswersTheSame(MemoryArena arena)
    {
        float[] expected = _trial.Run(Repository.DemoModel);
        float[] answer = _trial.Run(Repository.DemoModel, SessionTrial.Options(options =>
        {
            options.Arena = arena;
            options.Prepacking = false;
        }));

        // Without prepacking, matrix products sum up in another order.
        Assert.All(expected.Zip(answer), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    [Fact]
    public void Run_SmallRunsAfterALargeOne_GiveItsMemoryBack()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Memory is read from /proc.");
        using ModelArtifact artifact = SessionTrial.Open(Repository.DemoModel);
        using OnnxSession session = _trial.Load(artifact);
        using InferenceBatch batch = SessionTrial.Batch(session, artifact, LargeRun);
        SessionTrial.RunOn(session, batch, LargeRun);
        batch.Clear();
        long large = MeasuredMemory.Anonymous();
        for (int i = 0; i < 16; i++)
        {
            SessionTrial.RunOn(session, batch);
            batch.Clear();
        }

        Assert.True(MeasuredMemory.Anonymous() < large - (32 << 20), $"{large:N0} bytes after the large run, " +
            $"{MeasuredMemory.Anonymous():N0} after small ones");
    }
}

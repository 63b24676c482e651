using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Lambda.Tests.Runtime;
using ServerlessInference.Sessions;

namespace ServerlessInference.Lambda.Tests;

public sealed class SnapshotTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunAsync_SnapStart_WaitsForTheRestoreAndRunsHooksInOrder()
    {
        var order = new List<string>();
        await using var api = new FakeRuntimeApi();
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder([], api.Environment(type: "snap-start"));
        builder.BeforeSnapshot(Note(order, "before 1")).BeforeSnapshot(Note(order, "before 2"))
            .AfterRestore(Note(order, "after 1")).AfterRestore(Note(order, "after 2"));
        await using var running = Running.Start(builder, (question, _, _) => ValueTask.FromResult(new Answer(question.Text)));
        Task<FakeRuntimeApi.Post> post = api.SendAsync("""{"Text":"x"}""");
        await api.SnapshotTaken.Task.WaitAsync(Token);
        Assert.Equal(["before 2", "before 1"], order);
        Assert.False(api.FirstNext.Task.IsCompleted);

        api.Restored.SetResult();

        Assert.True((await post).IsResponse);
        Assert.Equal(["before 2", "before 1", "after 1", "after 2"], order);
    }

    [Fact]
    public async Task RunAsync_HookThatFailsAfterTheRestore_PostsRestoreErrorAndThrows()
    {
        await using var api = new FakeRuntimeApi();
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder([], api.Environment(type: "snap-start"));
        builder.LogOutput = () => Stream.Null;
        await using InferenceFunction function = builder.AfterRestore((_, _) => throw new InvalidInputException("No credentials.")).Build();
        Task run = function.RunAsync(Token);
        await api.SnapshotTaken.Task.WaitAsync(Token);

        api.Restored.SetResult();

        await Assert.ThrowsAsync<InvalidInputException>(() => run);
        FakeRuntimeApi.Post post = await api.RestoreError.Task.WaitAsync(Token);
        Assert.Equal("InvalidInputException", post.ErrorType);
        Assert.Contains("No credentials.", post.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_OnDemand_RunsNoHooks()
    {
        var order = new List<string>();
        await using var api = new FakeRuntimeApi();
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder([], api.Environment());
        builder.BeforeSnapshot(Note(order, "before")).AfterRestore(Note(order, "after"));
        await using var running = Running.Start(builder, (question, _, _) => ValueTask.FromResult(new Answer(question.Text)));

        await api.SendAsync("""{"Text":"x"}""");

        Assert.Empty(order);
    }

    [Fact]
    public async Task RunAsync_ConnectionThatDidNotSurviveTheSnapshot_IsMadeAnew()
    {
        await using var api = new FakeRuntimeApi { DropsConnectionsAfterRestore = true };
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder([], api.Environment(type: "snap-start"));
        await using var running = Running.Start(builder, (question, _, _) => ValueTask.FromResult(new Answer(question.Text)));
        Task<FakeRuntimeApi.Post> post = api.SendAsync("""{"Text":"x"}""");
        await api.SnapshotTaken.Task.WaitAsync(Token);

        api.Restored.SetResult();

        Assert.True((await post).IsResponse);
        Assert.True(api.Connections > 1);
    }

    [Theory]
    [InlineData("snap-start")]
    [InlineData("provisioned-concurrency")]
    [InlineData("on-demand")]
    public async Task RunAsync_EnvironmentCreatedInAdvance_RunsItsModelsBeforeTheFirstEvent(string type)
    {
        bool ahead = type != "on-demand";
        var registry = new Moq.Mock<IModelRegistry>();
        registry.Setup(it => it.Names).Returns(["shapes", "refuses"]);
        registry.Setup(it => it.PreloadAsync(Moq.It.IsAny<CancellationToken>())).Returns(Task.CompletedTask);
        registry.Setup(it => it.GetStatus(Moq.It.IsAny<string>())).Returns(new ModelStatus(ModelState.Ready, null, null));
        registry
            .Setup(it => it.WarmUpAsync("shapes", Moq.It.IsAny<CancellationToken>()))
            .Returns(() => ValueTask.FromResult(new ModelIdentity("shapes", "1", "s")));
        registry.Setup(it => it.WarmUpAsync("refuses", Moq.It.IsAny<CancellationToken>())).Throws(new InferenceException("No zeros."));
        await using var api = new FakeRuntimeApi();
        api.Restored.SetResult();
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder([], api.Environment(type: type));
        builder.Services.AddSingleton(registry.Object);
        await using var running = Running.Start(builder, (question, _, _) => ValueTask.FromResult(new Answer(question.Text)));

        Assert.True((await api.SendAsync("""{"Text":"x"}""")).IsResponse);

        registry.Verify(it => it.WarmUpAsync("shapes", Moq.It.IsAny<CancellationToken>()), ahead ? Moq.Times.Once : Moq.Times.Never);
        Assert.Equal(ahead, running.Log.Contains("refuses could not be run before the first event", StringComparison.Ordinal));
    }

    private static Func<IServiceProvider, CancellationToken, ValueTask> Note(List<string> order, string what) => (_, _) =>
    {
        order.Add(what);
        return ValueTask.CompletedTask;
    };
}

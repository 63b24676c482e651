using ServerlessInference.Lambda.Tests.Runtime;

namespace ServerlessInference.Lambda.Tests.Hosting;

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

    private static Func<IServiceProvider, CancellationToken, ValueTask> Note(List<string> order, string what) => (_, _) =>
    {
        order.Add(what);
        return ValueTask.CompletedTask;
    };
}

using Microsoft.Extensions.DependencyInjection;

namespace ServerlessInference.Lambda.Tests.Runtime;

public sealed class RunAsyncStopTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task RunAsync_CancelledAtAnyMomentOfItsStart_Ends(int concurrency)
    {
        const int Moments = 200;
        await using var api = new FakeRuntimeApi();
        for (int i = 0; i < Moments; i++)
        {
            using var stop = new CancellationTokenSource();
            await using InferenceFunction function = InferenceFunction.CreateBuilder([], api.Environment(concurrency)).Build();
            Task run = function.RunAsync(stop.Token);

            // Each round lets the start get a little further; nothing signals the places in between, which are what is tried here.
            Thread.SpinWait(i * 50);

            await stop.CancelAsync();

            await run.WaitAsync(TimeSpan.FromSeconds(60), Token);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task RunAsync_DeadlineReached_EndsHandlersThatObserveTheToken(int concurrency)
    {
        var clock = new FakeTimeProvider();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var api = new FakeRuntimeApi();
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder([], api.Environment(concurrency));
        builder.Services.AddSingleton<TimeProvider>(clock);
        await using var running = Running.Start(builder, async (_, _, token) =>
        {
            // What is registered first hears last of the end; by then the loop must not be waiting for the next event on the same thread.
            _ = token.Register(ended.SetResult);
            var never = new TaskCompletionSource();
            _ = token.Register(() => never.TrySetCanceled(token));
            entered.SetResult();
            await never.Task;
            return new Answer("never");
        });
        Task<FakeRuntimeApi.Post> post = api.SendAsync(
            "{}", sent => sent.DeadlineMs = (clock.GetUtcNow() + TimeSpan.FromSeconds(10)).ToUnixTimeMilliseconds());
        await entered.Task.WaitAsync(Token);

        Task advancing = Task.Run(() => clock.Advance(TimeSpan.FromSeconds(10)), Token);

        Assert.Equal("Function.DeadlineExceeded", (await post).ErrorType);
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        await advancing.WaitAsync(TimeSpan.FromSeconds(30), Token);
    }
}

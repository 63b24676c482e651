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
            Thread.SpinWait(i * 50);

            await stop.CancelAsync();

            await run.WaitAsync(TimeSpan.FromSeconds(60), Token);
        }
    }
}

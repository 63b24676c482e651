using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Invocations;

public sealed class InvocationContextTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Services_SeveralThreads_ShareOneScopeThatIsDisposed()
    {
        const int Threads = 4;
        const int Invocations = 300;
        var all = new List<Service>();
        await using InMemoryFunction function = await InMemoryFunction.StartAsync(
            builder =>
            {
                builder.Services.AddScoped<Service>();
                builder.MapHandler(TestJson.Default.Question, TestJson.Default.Answer, async (_, context, _) =>
                {
                    using var together = new Barrier(Threads);
                    Service[] seen = await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Factory.StartNew(
                        () =>
                        {
                            together.SignalAndWait(Token);
                            return context.Services.GetRequiredService<Service>();
                        },
                        Token,
                        TaskCreationOptions.LongRunning,
                        TaskScheduler.Default)));
                    all.AddRange(seen);
                    return new Answer("ok", seen.Distinct().Count());
                });
            },
            cancellationToken: Token);

        for (int i = 0; i < Invocations; i++)
        {
            InvocationResult result = await function.InvokeAsync("{}", Token);

            Assert.Equal(1, result.Read(TestJson.Default.Answer)?.Number);
        }

        Assert.All(all, service => Assert.True(service.Disposed));
    }

    [Fact]
    public async Task Services_AfterTheInvocation_AreRefused()
    {
        InvocationContext? kept = null;
        await using InMemoryFunction function = await InMemoryFunction.StartAsync(
            builder => builder.MapHandler(TestJson.Default.Question, TestJson.Default.Answer, (_, context, _) =>
            {
                kept = context;
                return ValueTask.FromResult(new Answer("ok"));
            }),
            cancellationToken: Token);

        await function.InvokeAsync("{}", Token);

        Assert.Throws<InvalidOperationException>(() => kept!.Services);
    }

    private sealed class Service : IDisposable
    {
        public bool Disposed { get; private set; }

        public void Dispose() => Disposed = true;
    }
}

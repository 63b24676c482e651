using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace ServerlessInference.Lambda.Tests.Runtime;

public sealed class RunAsyncConcurrencyTests
{
    [Fact]
    public async Task RunAsync_SixtyFourConcurrentEvents_AnswersEachWithItsOwnResult()
    {
        const int Concurrency = 64;
        using var together = new CountdownEvent(Concurrency);
        var all = new TaskCompletionSource();
        var scoped = new System.Collections.Concurrent.ConcurrentDictionary<object, string>();
        await using var api = new FakeRuntimeApi();
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder([], api.Environment(Concurrency, "lambda-managed-instances"));
        builder.Services.AddScoped<Scoped>();
        await using var running = Running.Start(builder, async (question, context, token) =>
        {
            Scoped mine = context.Services.GetRequiredService<Scoped>();
            Assert.True(scoped.TryAdd(mine, context.RequestId));
            if (together.CurrentCount > 0 && together.Signal())
            {
                all.TrySetResult();
            }

            await all.Task.WaitAsync(token);
            Assert.Same(mine, context.Services.GetRequiredService<Scoped>());
            return new Answer(context.RequestId + ":" + question.Text, question.Number);
        });

        for (int round = 0; round < 3; round++)
        {
            Task<FakeRuntimeApi.Post>[] posts =
                [.. Enumerable.Range(0, Concurrency).Select(i => api.SendAsync($$"""{"Text":"t{{i}}","Number":{{i}}}"""))];
            for (int i = 0; i < Concurrency; i++)
            {
                FakeRuntimeApi.Post post = await posts[i];
                JsonElement answer = JsonDocument.Parse(post.Body).RootElement;
                Assert.Equal($"{post.Path.Split('/')[^2]}:t{i}", answer.GetProperty("Text").GetString());
                Assert.Equal(i, answer.GetProperty("Number").GetInt32());
            }
        }

        Assert.All(scoped.Keys, service => Assert.True(((Scoped)service).Disposed));
    }

    private sealed class Scoped : IDisposable
    {
        public bool Disposed { get; private set; }

        public void Dispose() => Disposed = true;
    }
}

using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Lambda.Tests.Runtime;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Invocations;

public sealed class InvocationObserverTests
{
    [Fact]
    public async Task Observer_OfAFunction_SeesStartOutcomeAndAnswerInTurn()
    {
        await using var api = new FakeRuntimeApi();
        var observer = new RecordingObserver();
        await using (Running running = Start(api, observer))
        {
            await api.SendAsync("""{"text":"a"}""");
            await api.SendAsync("""{"text":"b"}""");
        }

        Assert.Equal(
            [
                """start request-1 True {"text":"a"}""", "processed request-1 other -", "answered request-1",
                """start request-2 False {"text":"b"}""", "processed request-2 other -", "answered request-2",
            ],
            observer.Seen);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Observer_ThatThrows_IsLoggedAndTheAnswerIsSent(int throwsAt)
    {
        await using var api = new FakeRuntimeApi();
        await using Running running = Start(api, new RecordingObserver { ThrowsAt = throwsAt });

        Assert.True((await api.SendAsync("""{"text":"a"}""")).IsResponse);
        Assert.True((await api.SendAsync("""{"text":"b"}""")).IsResponse);

        Assert.Contains("The observer of invocations failed", running.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Observer_HandlerThatThrows_IsToldTheError()
    {
        await using var api = new FakeRuntimeApi();
        var observer = new RecordingObserver();
        await using (Running running = Start(api, observer, fails: true))
        {
            await api.SendAsync("""{"text":"a"}""");
        }

        Assert.Contains("processed request-1 other NotSupportedException", observer.Seen);
    }

    [Fact]
    public async Task Observer_InvalidInput_IsNotToldAnError()
    {
        var observer = new RecordingObserver();
        await using InMemoryFunction function = await TestFunction.StartAsync(app =>
        {
            app.Services.AddSingleton<IInvocationObserver>(observer);
            app.MapHttp("texts");
        });

        InvocationResult result = await function.InvokeAsync(
            LambdaEvents.HttpApi("POST", "/", "bad"u8.ToArray()), TestContext.Current.CancellationToken);

        Assert.Equal(400, result.ReadHttp().Status);
        Assert.EndsWith(" http -", observer.Seen[1], StringComparison.Ordinal);
    }

    private static Running Start(FakeRuntimeApi api, IInvocationObserver observer, bool fails = false)
    {
        InferenceFunctionBuilder builder = InferenceFunction.CreateBuilder([], api.Environment());
        builder.Services.AddSingleton(observer);
        return Running.Start(builder, (question, _, _) => fails
            ? throw new NotSupportedException()
            : ValueTask.FromResult(new Answer(question.Text)));
    }
}

using System.Text.Json;
using ServerlessInference.Lambda;

namespace ServerlessInference.Testing.Tests;

public sealed class InMemoryFunctionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task InvokeAsync_Context_HasAnIdAndADeadlineOnTheClock()
    {
        var clock = new FakeTimeProvider();
        var seen = new List<(string Id, TimeSpan Left)>();
        await using var function = await InMemoryFunction.StartAsync(
            builder => builder.MapHandler(TestJson.Default.Int32, TestJson.Default.Int32, (value, context, _) =>
            {
                seen.Add((context.RequestId, context.RemainingTime));
                return ValueTask.FromResult(value + 1);
            }),
            clock,
            cancellationToken: Token);
        function.Timeout = TimeSpan.FromSeconds(7);

        Assert.Equal(2, (await function.InvokeAsync("1", Token)).Read(TestJson.Default.Int32));
        await function.InvokeAsync("1", Token);

        Assert.Equal([("request-1", TimeSpan.FromSeconds(7)), ("request-2", TimeSpan.FromSeconds(7))], seen);
    }

    [Fact]
    public async Task ReadHttp_FailedInvocation_ThrowsWithTheError()
    {
        await using var function = await InMemoryFunction.StartAsync(
            builder => builder.MapHandler(
                TestJson.Default.Int32, TestJson.Default.Int32, (_, _, _) => throw new InvalidInputException("Not this one.")),
            cancellationToken: Token);

        InvocationResult result = await function.InvokeAsync("1", Token);

        var exception = Assert.Throws<InvalidOperationException>(result.ReadHttp);
        Assert.Contains("Not this one.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadHttp_AnswerOfAnotherKind_SaysSo()
    {
        await using var function = await InMemoryFunction.StartAsync(
            builder => builder.MapHandler(TestJson.Default.Int32, TestJson.Default.Int32, (value, _, _) => ValueTask.FromResult(value)),
            cancellationToken: Token);

        InvocationResult result = await function.InvokeAsync("1", Token);

        Assert.Contains("no statusCode", Assert.Throws<InvalidOperationException>(result.ReadHttp).Message, StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Number, result.ReadJson().ValueKind);
    }
}

using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Lambda.Warmup;
using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Warmup;

public sealed class RawHandlerWarmupTests
{
    private int _handled;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Invoke_ScheduledEventToAHandlerOfBytes_IsAWarmup()
    {
        await using var function = await StartAsync();

        InvocationResult result = await function.InvokeAsync("""{"source":"aws.events","detail-type":"Scheduled Event"}""", Token);

        Assert.True(result.ReadJson().GetProperty("warmup").GetBoolean());
        Assert.Equal(0, _handled);
    }

    [Theory]
    [InlineData("""{"Text":"hello"}""")]
    [InlineData("""{"note":"Scheduled Event"}""")]
    public async Task Invoke_OtherEventToAHandlerOfBytes_IsHandled(string payload)
    {
        await using var function = await StartAsync();

        await function.InvokeAsync(payload, Token);

        Assert.Equal(1, _handled);
    }

    [Fact]
    public async Task Invoke_DetectorOfTheApplication_IsAskedBeforeAHandlerOfBytes()
    {
        await using var function = await StartAsync(builder => builder.Services.AddSingleton<IWarmupDetector, Everything>());

        InvocationResult result = await function.InvokeAsync("""{"Text":"hello"}""", Token);

        Assert.Equal("everything", result.ReadJson().GetProperty("sender").GetString());
        Assert.Equal(0, _handled);
    }

    private Task<InMemoryFunction> StartAsync(Action<InferenceFunctionBuilder>? configure = null) => InMemoryFunction.StartAsync(builder =>
    {
        builder.LogOutput = () => Stream.Null;
        builder.MapHandler((payload, _, _) =>
        {
            _handled++;
            return ValueTask.FromResult(payload);
        });
        configure?.Invoke(builder);
    }, cancellationToken: Token);

    private sealed class Everything : IWarmupDetector
    {
        public bool TryDetect(ReadOnlySpan<byte> payload, out WarmupRequest request)
        {
            request = new WarmupRequest("everything");
            return true;
        }
    }
}

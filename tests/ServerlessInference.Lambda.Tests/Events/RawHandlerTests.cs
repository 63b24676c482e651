using ServerlessInference.Testing;

namespace ServerlessInference.Lambda.Tests.Events;

public sealed class RawHandlerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Invoke_Bytes_AreAnsweredAsTheHandlerGivesThem()
    {
        await using var function = await InMemoryFunction.StartAsync(
            builder => builder.MapHandler((payload, context, _) =>
                ValueTask.FromResult<ReadOnlyMemory<byte>>(
                    System.Text.Encoding.UTF8.GetBytes($$"""{"id":"{{context.RequestId}}","length":{{payload.Length}}}"""))),
            cancellationToken: Token);

        InvocationResult result = await function.InvokeAsync("[1,2]", Token);

        Assert.Equal("""{"id":"request-1","length":5}""", result.Text);
    }

    [Fact]
    public async Task Invoke_AnswerOverTheLimit_FailsWithTheLimit()
    {
        await using var function = await InMemoryFunction.StartAsync(
            builder =>
            {
                builder.LogOutput = () => Stream.Null;
                builder.MapHandler((_, _, _) => ValueTask.FromResult<ReadOnlyMemory<byte>>(new byte[7 * 1024 * 1024]));
            },
            cancellationToken: Token);

        InvocationResult result = await function.InvokeAsync("{}", Token);

        Assert.Equal("Function.ResponseSizeTooLarge", result.Error?.Type);
    }

    [Fact]
    public async Task Invoke_AnswerFarOverTheLimit_IsNotCopied()
    {
        byte[] huge = new byte[64 * 1024 * 1024];
        await using var function = await InMemoryFunction.StartAsync(
            builder =>
            {
                builder.LogOutput = () => Stream.Null;
                builder.MapHandler((_, _, _) => ValueTask.FromResult<ReadOnlyMemory<byte>>(huge));
            },
            cancellationToken: Token);
        Task<InvocationResult>? invocation = null;

        // The handler answers at once, so that all of it happens on this thread.
        long allocated = Allocations.Least(() => invocation = function.InvokeAsync("{}", Token));

        Assert.Equal("Function.ResponseSizeTooLarge", (await invocation!).Error?.Type);
        Assert.InRange(allocated, 1, huge.Length / 8);
    }
}

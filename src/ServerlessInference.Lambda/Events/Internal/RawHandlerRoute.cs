using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Lambda.Events;

/// <summary>Passes an event to the application's handler, which takes and returns bytes.</summary>
internal sealed class RawHandlerRoute(
    Func<ReadOnlyMemory<byte>, InvocationContext, CancellationToken, ValueTask<ReadOnlyMemory<byte>>> handler) : IEventRoute
{
    public string Description => "a handler of bytes";

    public bool CanHandle(EventKind kind) => true;

    public void Prepare(FunctionServices services, ICollection<string> failures)
    {
    }

    public ValueTask HandleAsync(Invocation invocation, EventKind kind, CancellationToken cancellationToken)
    {
        ValueTask<ReadOnlyMemory<byte>> answer = handler(invocation.Payload, invocation.Context, cancellationToken);
        if (!answer.IsCompletedSuccessfully)
        {
            return AwaitAsync(answer, invocation);
        }

        Write(invocation, answer.GetAwaiter().GetResult().Span);
        return ValueTask.CompletedTask;
    }

    private static async ValueTask AwaitAsync(ValueTask<ReadOnlyMemory<byte>> answer, Invocation invocation)
    {
        ReadOnlyMemory<byte> bytes = await answer.ConfigureAwait(false);
        Write(invocation, bytes.Span);
    }

    private static void Write(Invocation invocation, ReadOnlySpan<byte> answer)
    {
        if (answer.Length > LambdaLimits.MaxResponseBytes)
        {
            // Checked before copying, because the memory may not suffice for a copy.
            throw new ResponseTooLargeException();
        }

        invocation.Response.Clear();
        answer.CopyTo(invocation.Response.GetSpan(answer.Length));
        invocation.Response.Advance(answer.Length);
    }
}

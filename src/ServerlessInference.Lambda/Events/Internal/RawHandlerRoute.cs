using System.Buffers;

namespace ServerlessInference.Lambda;

/// <summary>Gives an event to the application's own handler: bytes in, bytes out.</summary>
internal sealed class RawHandlerRoute(Func<ReadOnlyMemory<byte>, InvocationContext, CancellationToken, ValueTask<ReadOnlyMemory<byte>>> handler) : IEventRoute
{
    public string Description => "a handler of bytes";

    public bool CanHandle(EventKind kind) => true;

    public void Prepare(FunctionServices services, ICollection<string> failures)
    {
    }

    public async ValueTask HandleAsync(Invocation invocation, EventKind kind, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> answer = await handler(invocation.Payload, invocation.Context, cancellationToken).ConfigureAwait(false);
        invocation.BeginResponse();
        invocation.Response.Write(answer.Span);
    }
}

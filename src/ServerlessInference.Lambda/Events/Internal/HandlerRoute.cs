using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Lambda.Events;

/// <summary>Passes an event to the application's handler, which takes and returns objects that are read and written as JSON.</summary>
internal sealed class HandlerRoute<TInput, TOutput>(
    JsonTypeInfo<TInput> input,
    JsonTypeInfo<TOutput> output,
    Func<TInput, InvocationContext, CancellationToken, ValueTask<TOutput>> handler) : IEventRoute
{
    public string Description => $"a handler of {typeof(TInput).Name}";

    public bool CanHandle(EventKind kind) => true;

    public void Prepare(FunctionServices services, ICollection<string> failures)
    {
    }

    public ValueTask HandleAsync(Invocation invocation, EventKind kind, CancellationToken cancellationToken)
    {
        ValueTask<TOutput> answer = handler(Read(invocation.Payload.Span), invocation.Context, cancellationToken);
        if (!answer.IsCompletedSuccessfully)
        {
            return AwaitAsync(answer, invocation);
        }

        Write(invocation, answer.GetAwaiter().GetResult());
        return ValueTask.CompletedTask;
    }

    private async ValueTask AwaitAsync(ValueTask<TOutput> answer, Invocation invocation) =>
        Write(invocation, await answer.ConfigureAwait(false));

    private TInput Read(ReadOnlySpan<byte> payload)
    {
        try
        {
            // JSON null is passed to the handler as null.
            return JsonSerializer.Deserialize(payload, input)!;
        }
        catch (JsonException exception)
        {
            // The serializer's own message could quote the event, so it is not used.
            throw new InvalidInputException(
                $"The event cannot be read as {typeof(TInput).Name}: error at line {exception.LineNumber + 1}, " +
                $"byte {exception.BytePositionInLine + 1} of its JSON.");
        }
    }

    private void Write(Invocation invocation, TOutput answer)
    {
        Utf8JsonWriter writer = invocation.BeginResponse();
        JsonSerializer.Serialize(writer, answer, output);
        writer.Flush();
    }
}

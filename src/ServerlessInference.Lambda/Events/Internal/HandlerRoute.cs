using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ServerlessInference.Lambda;

/// <summary>Gives an event to the application's own handler: JSON in, JSON out.</summary>
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
            // A JSON null becomes null; what that means is the handler's business.
            return JsonSerializer.Deserialize(payload, input)!;
        }
        catch (JsonException exception)
        {
            // The serializer's own message may quote the event, so it goes no further.
            throw new InvalidInputException(
                $"The event is no JSON that can be read as {typeof(TInput).Name}: trouble at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.");
        }
    }

    private void Write(Invocation invocation, TOutput answer)
    {
        Utf8JsonWriter writer = invocation.BeginResponse();
        JsonSerializer.Serialize(writer, answer, output);
        writer.Flush();
    }
}

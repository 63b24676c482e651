using Amazon.Lambda.Core;
using ServerlessInference.Lambda;

namespace ServerlessInference.AmazonLambda;

/// <summary>Maps handlers that are written for Amazon's serializers.</summary>
public static class SerializerBuilderExtensions
{
    /// <summary>Answers every event that nothing else handles with a handler of the form that Amazon's bootstrap knows.</summary>
    /// <typeparam name="TInput">What the event is read as.</typeparam>
    /// <typeparam name="TOutput">What is answered.</typeparam>
    /// <param name="builder">The function.</param>
    /// <param name="serializer">Reads and writes JSON, such as a <c>SourceGeneratorLambdaJsonSerializer</c>.</param>
    /// <param name="handler">Answers. An <see cref="InvalidInputException"/> reaches the caller with its message, any other exception as its type alone.</param>
    /// <returns>The function.</returns>
    /// <exception cref="InvalidOperationException">There is such a handler already.</exception>
    public static InferenceFunctionBuilder MapHandler<TInput, TOutput>(
        this InferenceFunctionBuilder builder, ILambdaSerializer serializer, Func<TInput, ILambdaContext, CancellationToken, Task<TOutput>> handler)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        ArgumentNullException.ThrowIfNull(handler);
        return builder.MapHandler(async (payload, context, cancellationToken) =>
        {
            TInput input = Read<TInput>(serializer, payload);
            TOutput output = await handler(input, context.GetLambdaContext(), cancellationToken).ConfigureAwait(false);
            using var answer = new MemoryStream();
            serializer.Serialize(output, answer);
            return answer.GetBuffer().AsMemory(0, (int)answer.Length);
        });
    }

    private static TInput Read<TInput>(ILambdaSerializer serializer, ReadOnlyMemory<byte> payload)
    {
        using var stream = new MemoryStream(payload.ToArray(), writable: false);
        try
        {
            return serializer.Deserialize<TInput>(stream);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // A serializer's own message may quote the event, so it goes no further.
            throw new InvalidInputException(
                $"The event is no JSON that the function's serializer can read as {typeof(TInput).Name} ({exception.GetType().Name}).");
        }
    }
}

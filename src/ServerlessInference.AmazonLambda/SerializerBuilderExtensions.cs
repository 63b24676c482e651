using Amazon.Lambda.Core;
using ServerlessInference.Lambda;

namespace ServerlessInference.AmazonLambda;

/// <summary>Maps handlers that use Amazon's serializers.</summary>
public static class SerializerBuilderExtensions
{
    /// <summary>Answers every event that no other mapping handles, with a handler that is written for Amazon's bootstrap.</summary>
    /// <typeparam name="TInput">The type as which the event is read.</typeparam>
    /// <typeparam name="TOutput">The type of the answer.</typeparam>
    /// <param name="builder">The function.</param>
    /// <param name="serializer">Reads and writes JSON, such as a <c>SourceGeneratorLambdaJsonSerializer</c>.</param>
    /// <param name="handler">
    /// Answers the event. The caller receives the message of an <see cref="InvalidInputException"/>, but only the type of any other
    /// exception.
    /// </param>
    /// <returns>The function.</returns>
    /// <exception cref="InvalidOperationException">A handler is mapped already.</exception>
    public static InferenceFunctionBuilder MapHandler<TInput, TOutput>(
        this InferenceFunctionBuilder builder,
        ILambdaSerializer serializer,
        Func<TInput, ILambdaContext, CancellationToken, Task<TOutput>> handler)
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
            // The serializer's own message could quote the event, so it is not used.
            throw new InvalidInputException(
                $"The function's serializer cannot read the event as {typeof(TInput).Name} ({exception.GetType().Name}).");
        }
    }
}

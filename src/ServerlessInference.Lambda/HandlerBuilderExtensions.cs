using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Lambda.Events;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Lambda;

/// <summary>Maps events to a handler of the application.</summary>
public static class HandlerBuilderExtensions
{
    /// <summary>Answers every event that no other mapping handles, such as direct calls and steps of a state machine.</summary>
    /// <typeparam name="TInput">The type as which the event's JSON is read.</typeparam>
    /// <typeparam name="TOutput">The type of the answer.</typeparam>
    /// <param name="builder">The function.</param>
    /// <param name="input">Reads the event: <c>MyJsonContext.Default.MyInput</c> of a source-generated context.</param>
    /// <param name="output">Writes the answer.</param>
    /// <param name="handler">
    /// Answers the event. The caller receives the message of an <see cref="InvalidInputException"/>, but only the type of any other
    /// exception. The token is cancelled shortly before Lambda's deadline. <see cref="InvocationContext.Services"/> has the services of the
    /// invocation's own scope.
    /// </param>
    /// <returns>The function.</returns>
    /// <example>
    /// <code>
    /// app.MapHandler(MyJsonContext.Default.Question, MyJsonContext.Default.Answer, async (question, context, cancellationToken) =>
    ///     new Answer(await FindAsync(question.Text, cancellationToken)));
    /// </code>
    /// </example>
    /// <exception cref="InvalidOperationException">A handler is mapped already.</exception>
    public static InferenceFunctionBuilder MapHandler<TInput, TOutput>(
        this InferenceFunctionBuilder builder,
        JsonTypeInfo<TInput> input,
        JsonTypeInfo<TOutput> output,
        Func<TInput, InvocationContext, CancellationToken, ValueTask<TOutput>> handler)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(handler);
        builder.SetHandler(new HandlerRoute<TInput, TOutput>(input, output, handler));
        return builder;
    }

    /// <summary>Answers every event that no other mapping handles, as bytes, for example with another serializer.</summary>
    /// <param name="builder">The function.</param>
    /// <param name="handler">
    /// Receives the event's JSON, which is valid until the handler has answered, and returns the answer's JSON.
    /// </param>
    /// <returns>The function.</returns>
    /// <exception cref="InvalidOperationException">A handler is mapped already.</exception>
    public static InferenceFunctionBuilder MapHandler(
        this InferenceFunctionBuilder builder,
        Func<ReadOnlyMemory<byte>, InvocationContext, CancellationToken, ValueTask<ReadOnlyMemory<byte>>> handler)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(handler);
        builder.SetHandler(new RawHandlerRoute(handler));
        return builder;
    }

    /// <summary>Answers scheduled events of EventBridge. They are then no warm-ups, because the function has work to do.</summary>
    /// <typeparam name="TInput">The type as which the event's JSON is read.</typeparam>
    /// <typeparam name="TOutput">The type of the answer.</typeparam>
    /// <param name="builder">The function.</param>
    /// <param name="input">
    /// Reads the event, which has <c>source</c> (<c>aws.events</c> or <c>aws.scheduler</c>), <c>detail-type</c> (<c>Scheduled Event</c>),
    /// <c>time</c> and <c>resources</c>.
    /// </param>
    /// <param name="output">Writes the answer.</param>
    /// <param name="handler">Answers the event, like a handler of <see cref="MapHandler{TInput, TOutput}"/>.</param>
    /// <returns>The function.</returns>
    /// <remarks>
    /// A schedule with a constant input sends only that input, which is a direct call: map it with
    /// <see cref="MapHandler{TInput, TOutput}"/>.
    /// </remarks>
    /// <exception cref="InvalidOperationException">A handler of scheduled events is mapped already.</exception>
    public static InferenceFunctionBuilder MapScheduledEvents<TInput, TOutput>(
        this InferenceFunctionBuilder builder,
        JsonTypeInfo<TInput> input,
        JsonTypeInfo<TOutput> output,
        Func<TInput, InvocationContext, CancellationToken, ValueTask<TOutput>> handler)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(handler);
        builder.SetScheduled(new HandlerRoute<TInput, TOutput>(input, output, handler));
        return builder;
    }

    /// <summary>Answers every event that no other mapping handles, with a service of the invocation's own scope.</summary>
    /// <typeparam name="TService">The service: a class of the application, or a model's pipeline.</typeparam>
    /// <typeparam name="TInput">The type as which the event's JSON is read.</typeparam>
    /// <typeparam name="TOutput">The type of the answer.</typeparam>
    /// <param name="builder">The function.</param>
    /// <param name="input">Reads the event.</param>
    /// <param name="output">Writes the answer.</param>
    /// <param name="handler">Answers the event with the service.</param>
    /// <param name="serviceKey">
    /// The service's key, such as the model's name for its pipeline; <see langword="null"/> for a service without a key.
    /// </param>
    /// <returns>The function.</returns>
    /// <exception cref="InvalidOperationException">A handler is mapped already.</exception>
    public static InferenceFunctionBuilder MapHandler<TService, TInput, TOutput>(
        this InferenceFunctionBuilder builder,
        JsonTypeInfo<TInput> input,
        JsonTypeInfo<TOutput> output,
        Func<TService, TInput, InvocationContext, CancellationToken, ValueTask<TOutput>> handler,
        object? serviceKey = null)
        where TService : notnull
    {
        ArgumentNullException.ThrowIfNull(handler);
        return builder.MapHandler(input, output, (value, context, cancellationToken) => handler(
            serviceKey is null
                ? context.Services.GetRequiredService<TService>()
                : context.Services.GetRequiredKeyedService<TService>(serviceKey),
            value,
            context,
            cancellationToken));
    }
}

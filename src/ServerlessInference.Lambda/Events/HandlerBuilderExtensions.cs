using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;

namespace ServerlessInference.Lambda;

/// <summary>Maps events to the application's own handler.</summary>
public static class HandlerBuilderExtensions
{
    /// <summary>Answers every event that nothing else handles: direct calls, steps of a state machine.</summary>
    /// <typeparam name="TInput">What the event's JSON is read as.</typeparam>
    /// <typeparam name="TOutput">What is answered.</typeparam>
    /// <param name="builder">The function.</param>
    /// <param name="input">How the event is read: <c>MyJsonContext.Default.MyInput</c> of a source-generated context.</param>
    /// <param name="output">How the answer is written.</param>
    /// <param name="handler">
    /// Answers. An <see cref="InvalidInputException"/> reaches the caller with its message, any other exception as its type alone. The
    /// token is cancelled shortly before Lambda's deadline. <see cref="InvocationContext.Services"/> gives a scope of the invocation's own.
    /// </param>
    /// <returns>The function.</returns>
    /// <exception cref="InvalidOperationException">There is such a handler already.</exception>
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

    /// <summary>Answers every event that nothing else handles, as bytes: for a serializer of your own.</summary>
    /// <param name="builder">The function.</param>
    /// <param name="handler">Takes the event's JSON, valid until it has answered, and gives the answer's JSON.</param>
    /// <returns>The function.</returns>
    /// <exception cref="InvalidOperationException">There is such a handler already.</exception>
    public static InferenceFunctionBuilder MapHandler(
        this InferenceFunctionBuilder builder,
        Func<ReadOnlyMemory<byte>, InvocationContext, CancellationToken, ValueTask<ReadOnlyMemory<byte>>> handler)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(handler);
        builder.SetHandler(new RawHandlerRoute(handler));
        return builder;
    }

    /// <summary>Answers the events of EventBridge's schedules: the function has work to do at them, so they are no warm-ups.</summary>
    /// <typeparam name="TInput">What the event's JSON is read as.</typeparam>
    /// <typeparam name="TOutput">What is answered.</typeparam>
    /// <param name="builder">The function.</param>
    /// <param name="input">How the event is read: it has <c>source</c> (<c>aws.events</c> or <c>aws.scheduler</c>), <c>detail-type</c> (<c>Scheduled Event</c>), <c>time</c> and <c>resources</c>.</param>
    /// <param name="output">How the answer is written.</param>
    /// <param name="handler">Answers, as a handler of <see cref="MapHandler{TInput, TOutput}"/> does.</param>
    /// <returns>The function.</returns>
    /// <remarks>A schedule with an input of its own sends that input and nothing else: a direct call, which <see cref="MapHandler{TInput, TOutput}"/> takes.</remarks>
    /// <exception cref="InvalidOperationException">There is such a handler already.</exception>
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

    /// <summary>Answers every event that nothing else handles, with a service of the invocation's own scope.</summary>
    /// <typeparam name="TService">The service: a class of the application, or a model's pipeline.</typeparam>
    /// <typeparam name="TInput">What the event's JSON is read as.</typeparam>
    /// <typeparam name="TOutput">What is answered.</typeparam>
    /// <param name="builder">The function.</param>
    /// <param name="input">How the event is read.</param>
    /// <param name="output">How the answer is written.</param>
    /// <param name="handler">Answers, with the service.</param>
    /// <param name="serviceKey">The service's key, such as the model's name for its pipeline; <see langword="null"/> for a service without one.</param>
    /// <returns>The function.</returns>
    /// <exception cref="InvalidOperationException">There is such a handler already.</exception>
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
            serviceKey is null ? context.Services.GetRequiredService<TService>() : context.Services.GetRequiredKeyedService<TService>(serviceKey),
            value,
            context,
            cancellationToken));
    }
}

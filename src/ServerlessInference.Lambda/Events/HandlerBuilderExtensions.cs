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

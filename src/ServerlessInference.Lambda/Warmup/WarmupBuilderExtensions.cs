using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Warmup;

namespace ServerlessInference.Lambda;

/// <summary>Says which events only keep the function warm.</summary>
public static class WarmupBuilderExtensions
{
    /// <summary>Recognises warm-ups of further senders. Without this call, EventBridge's scheduled events are recognised.</summary>
    /// <param name="builder">The function.</param>
    /// <param name="configure">Chooses the senders; <see langword="null"/> for all of <see cref="WarmupOptions"/>.</param>
    /// <returns>The function.</returns>
    /// <remarks>
    /// <para>A warm-up loads the models (or the one that the event names as <c>"model"</c>), runs each once on synthetic input, and is
    /// answered without any code of the application. HTTP requests and batches of records are never taken for warm-ups.</para>
    /// <para>Answer: <c>{"warmup":true,"sender","wasWarm","models":[{"name","version","source"}],"environmentAgeMs"}</c>.</para>
    /// </remarks>
    public static InferenceFunctionBuilder UseWarmup(this InferenceFunctionBuilder builder, Action<WarmupOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (configure is null)
        {
            builder.Warmup.ServerlessPlugin = builder.Warmup.LambdaWarmer = builder.Warmup.Pings = true;
        }

        configure?.Invoke(builder.Warmup);
        return builder;
    }

    /// <summary>Recognises warm-ups of a sender of your own.</summary>
    /// <param name="builder">The function.</param>
    /// <param name="detector">Recognises them. It sees direct calls and EventBridge events.</param>
    /// <returns>The function.</returns>
    public static InferenceFunctionBuilder UseWarmup(this InferenceFunctionBuilder builder, IWarmupDetector detector)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(detector);
        builder.Services.AddSingleton(detector);
        return builder;
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ServerlessInference.Models;

namespace ServerlessInference.Testing;

/// <summary>Replaces real pipelines with fakes in tests.</summary>
public static class FakePipelineServiceCollectionExtensions
{
    /// <summary>Replaces the pipeline of a registered model. The model is then not loaded at start.</summary>
    /// <typeparam name="TInput">The type of inputs.</typeparam>
    /// <typeparam name="TOutput">The type of answers.</typeparam>
    /// <param name="services">The services. The model must already be registered.</param>
    /// <param name="model">The model's name.</param>
    /// <param name="pipeline">The pipeline, such as a <see cref="FakePipeline{TInput, TOutput}"/>.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentException">The model has no pipeline of these types.</exception>
    public static IServiceCollection ReplacePipeline<TInput, TOutput>(
        this IServiceCollection services, string model, IInferencePipeline<TInput, TOutput> pipeline)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(pipeline);
        int before = services.Count;
        services.RemoveAllKeyed<IInferencePipeline<TInput, TOutput>>(model);
        if (services.Count == before)
        {
            throw new ArgumentException(
                $"The model '{model}' has no pipeline from {typeof(TInput).Name} to {typeof(TOutput).Name}. Register the model before " +
                "you replace its pipeline, and use the types of its Use… method.",
                nameof(model));
        }

        services.AddKeyedSingleton(model, pipeline);
        services.PostConfigure<ModelOptions>(model, options => options.Preload = false);
        return services;
    }
}

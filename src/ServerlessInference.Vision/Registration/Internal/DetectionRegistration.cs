using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using ServerlessInference.Registration;
using ServerlessInference.Vision.Detection;

namespace ServerlessInference.Vision.Registration;

/// <summary>Registers a pipeline that finds objects, whatever its answers hold besides boxes.</summary>
internal static class DetectionRegistration
{
    /// <summary>Adds the options, what is known about each loaded model, and the pipeline.</summary>
    /// <typeparam name="TAnswer">The answer for an image.</typeparam>
    /// <param name="model">The model.</param>
    /// <param name="configure">Configures the options; may be <see langword="null"/>.</param>
    /// <param name="task">What the models of this pipeline detect.</param>
    /// <param name="answer">Creates what shapes the answers, once.</param>
    /// <param name="write">Writes an answer as one JSON value.</param>
    /// <returns>The same model builder.</returns>
    public static ModelBuilder UseDetection<TAnswer>(
        this ModelBuilder model,
        Action<DetectionOptions>? configure,
        DetectionTask task,
        Func<IDetectionAnswer<TAnswer>> answer,
        Action<Utf8JsonWriter, TAnswer> write)
    {
        model.AddImageOptions<DetectionOptions, DetectionOptionsValidator>(configure);
        string name = model.Name;
        model.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<DetectionOptions>, DetectionOptionsRules>());
        model.Services.TryAddKeyedSingleton(
            name, (services, _) => new DetectionModels(services.GetOptions<DetectionOptions>(name), task));
        return model.UseImages(
            services => services.GetOptions<DetectionOptions>(name).Decoding,
            services =>
            {
                DetectionModels models = services.GetRequiredKeyedService<DetectionModels>(name);
                return loaded => models.Get(loaded).CreatePreprocessing();
            },
            services => new DetectionPostprocessor<TAnswer>(
                services.GetRequiredKeyedService<DetectionModels>(name), services.GetOptions<DetectionOptions>(name), answer()),
            write);
    }
}

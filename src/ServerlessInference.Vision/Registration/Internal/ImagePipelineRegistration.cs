using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Processing;
using ServerlessInference.Pipelines;
using ServerlessInference.Registration;
using ServerlessInference.Sessions;

namespace ServerlessInference.Vision.Registration;

/// <summary>Registers what every pipeline that takes encoded images has in common.</summary>
internal static class ImagePipelineRegistration
{
    /// <summary>Adds the named options of a pipeline with their generated validator, and the decoder that all models share.</summary>
    public static void AddImageOptions<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TValidator>(
        this ModelBuilder model, Action<TOptions>? configure)
        where TOptions : class
        where TValidator : class, IValidateOptions<TOptions>
    {
        ArgumentNullException.ThrowIfNull(model);
        OptionsBuilder<TOptions> options = model.Services.AddOptions<TOptions>(model.Name).ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        model.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TOptions>, TValidator>());
        model.Services.TryAddSingleton(services => new ImageDecoder(services.GetServices<IImageDecoder>()));
    }

    /// <summary>Adds a pipeline from encoded images to answers, which event sources can use as well.</summary>
    /// <typeparam name="TOutput">The answer.</typeparam>
    /// <param name="model">The model.</param>
    /// <param name="decoding">Gets the settings and limits for decoding images.</param>
    /// <param name="settings">Gets the method that reads the preprocessing settings of a loaded model.</param>
    /// <param name="postprocessor">Creates the postprocessor, once.</param>
    /// <param name="write">Writes an answer as one JSON value.</param>
    /// <returns>The same model builder.</returns>
    public static ModelBuilder UseImages<TOutput>(
        this ModelBuilder model,
        Func<IServiceProvider, ImageDecodeOptions> decoding,
        Func<IServiceProvider, Func<LoadedModel, ImagePreprocessingOptions>> settings,
        Func<IServiceProvider, IPostprocessor<TOutput>> postprocessor,
        Action<Utf8JsonWriter, TOutput> write) => model
        .UsePipeline<ReadOnlyMemory<byte>, TOutput>(
            services => new ImagePreprocessor(
                services.GetRequiredService<ImageDecoder>(),
                decoding(services),
                services.GetRequiredService<WorkingMemory>(),
                settings(services)),
            postprocessor)
        .AcceptEncoded<ReadOnlyMemory<byte>, TOutput>(static encoded => encoded, write);

    /// <summary>Gets the named options of a model.</summary>
    public static TOptions GetOptions<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        this IServiceProvider services, string name)
        where TOptions : class => services.GetRequiredService<IOptionsMonitor<TOptions>>().Get(name);
}

using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using ServerlessInference.Pipelines;
using ServerlessInference.Registration;
using ServerlessInference.Vision.Classification;
using ServerlessInference.Vision.Classification.Internal;
using ServerlessInference.Vision.Detection;
using ServerlessInference.Vision.Detection.Internal;
using ServerlessInference.Vision.Imaging;
using ServerlessInference.Vision.Imaging.Internal;

namespace ServerlessInference.Vision;

/// <summary>Extension methods that add a vision pipeline to a model.</summary>
public static class VisionModelBuilderExtensions
{
    /// <summary>
    /// Makes the model an image classifier, which takes the bytes of an encoded image and returns the best labels. It is registered as
    /// <c>IInferencePipeline&lt;ReadOnlyMemory&lt;byte&gt;, ImageClassification&gt;</c>, keyed by the name of the model.
    /// </summary>
    /// <remarks>
    /// Images may be JPEG or PNG. Input of the model: one image tensor <c>[n, 3, h, w]</c> or <c>[n, h, w, 3]</c> of float32, float16 or
    /// uint8. Output: the first float tensor <c>[n, classes]</c>.
    /// </remarks>
    /// <example>
    /// <code>
    /// services.AddServerlessInference().AddModel("products", model => model
    ///     .FromFileSystem("models/resnet50")
    ///     .UseImageClassification(options => options.TopK = 3));
    /// </code>
    /// </example>
    /// <param name="model">The model.</param>
    /// <param name="configure">Configures the options; may be <see langword="null"/>.</param>
    /// <returns>The same model builder, so that calls can be chained.</returns>
    public static ModelBuilder UseImageClassification(this ModelBuilder model, Action<ImageClassificationOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        string name = model.Name;
        AddVisionOptions<ImageClassificationOptions, ImageClassificationOptionsValidator>(model, configure);
        return model
            .UsePipeline<ReadOnlyMemory<byte>, ImageClassification>(
                services =>
                {
                    ImageClassificationOptions options = GetOptions<ImageClassificationOptions>(services, name);
                    return new EncodedImagePreprocessor(
                        services.GetRequiredService<ImageDecoder>(),
                        options.Decoding,
                        services.GetRequiredService<WorkingMemory>(),
                        loaded => ClassificationSettings.Read(loaded, options));
                },
                services => new ImageClassificationPostprocessor(GetOptions<ImageClassificationOptions>(services, name)))
            .AcceptEncoded<ReadOnlyMemory<byte>, ImageClassification>(static encoded => encoded, VisionAnswers.Write, SampleImage.Jpeg);
    }

    /// <summary>
    /// Makes the model an object detector (YOLO), which takes the bytes of an encoded image and returns boxes in pixels of that image. It
    /// is registered as <c>IInferencePipeline&lt;ReadOnlyMemory&lt;byte&gt;, ObjectDetection&gt;</c>, keyed by the name of the model.
    /// </summary>
    /// <remarks>
    /// Images may be JPEG or PNG. Input of the model: one image tensor <c>[n, 3, h, w]</c> or <c>[n, h, w, 3]</c> of float32, float16 or
    /// uint8. Output: one of the heads in <see cref="DetectionHead"/>, which is detected from shapes, labels and Ultralytics' metadata.
    /// </remarks>
    /// <example>
    /// <code>
    /// services.AddServerlessInference().AddModel("yolo", model => model
    ///     .FromFileSystem("models/yolo11n")
    ///     .UseObjectDetection(options => options.MinScore = 0.4f));
    /// </code>
    /// </example>
    /// <param name="model">The model.</param>
    /// <param name="configure">Configures the options; may be <see langword="null"/>.</param>
    /// <returns>The same model builder, so that calls can be chained.</returns>
    public static ModelBuilder UseObjectDetection(this ModelBuilder model, Action<DetectionOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        string name = model.Name;
        AddVisionOptions<DetectionOptions, DetectionOptionsValidator>(model, configure);
        model.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<DetectionOptions>, DetectionOptionsRules>());
        model.Services.TryAddKeyedSingleton(name, (services, _) => new DetectionModels(GetOptions<DetectionOptions>(services, name)));
        return model
            .UsePipeline<ReadOnlyMemory<byte>, ObjectDetection>(
                services =>
                {
                    DetectionModels models = services.GetRequiredKeyedService<DetectionModels>(name);
                    return new EncodedImagePreprocessor(
                        services.GetRequiredService<ImageDecoder>(),
                        GetOptions<DetectionOptions>(services, name).Decoding,
                        services.GetRequiredService<WorkingMemory>(),
                        loaded => models.Get(loaded).CreatePreprocessing());
                },
                services => new ObjectDetectionPostprocessor(
                    services.GetRequiredKeyedService<DetectionModels>(name), GetOptions<DetectionOptions>(services, name)))
            .AcceptEncoded<ReadOnlyMemory<byte>, ObjectDetection>(static encoded => encoded, VisionAnswers.Write, SampleImage.Jpeg);
    }

    // What every vision pipeline registers: the named options with their generated validator, and the decoder that all models share.
    private static void AddVisionOptions<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TValidator>(
        ModelBuilder model, Action<TOptions>? configure)
        where TOptions : class
        where TValidator : class, IValidateOptions<TOptions>
    {
        OptionsBuilder<TOptions> options = model.Services.AddOptions<TOptions>(model.Name).ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        model.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TOptions>, TValidator>());
        model.Services.TryAddSingleton(services => new ImageDecoder(services.GetServices<IImageDecoder>()));
    }

    private static T GetOptions<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(
        IServiceProvider services, string name)
        where T : class => services.GetRequiredService<IOptionsMonitor<T>>().Get(name);
}

using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using ServerlessInference.Pipelines;
using ServerlessInference.Vision.Classification;
using ServerlessInference.Vision.Classification.Internal;
using ServerlessInference.Vision.Detection;
using ServerlessInference.Vision.Detection.Internal;
using ServerlessInference.Vision.Imaging;
using ServerlessInference.Vision.Imaging.Internal;

namespace ServerlessInference.Vision;

/// <summary>Gives models vision pipelines.</summary>
public static class VisionModelBuilderExtensions
{
    /// <summary>
    /// Makes the model an image classifier: encoded image bytes in, the best labels out, as
    /// <c>IInferencePipeline&lt;ReadOnlyMemory&lt;byte&gt;, ImageClassification&gt;</c>.
    /// </summary>
    /// <remarks>
    /// Reads JPEG and PNG. Input: one image tensor <c>[n, 3, h, w]</c> or <c>[n, h, w, 3]</c> of float32, float16 or uint8. Output: the
    /// first float tensor <c>[n, classes]</c>.
    /// </remarks>
    /// <param name="model">The model.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>The model.</returns>
    public static ModelBuilder UseImageClassification(this ModelBuilder model, Action<ImageClassificationOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        string name = model.Name;
        OptionsBuilder<ImageClassificationOptions> options = model.Services.AddOptions<ImageClassificationOptions>(name).ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        model.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<ImageClassificationOptions>, ImageClassificationOptionsValidator>());
        model.Services.TryAddSingleton(services => new ImageDecoder(services.GetServices<IImageDecoder>()));
        return model
            .UsePipeline<ReadOnlyMemory<byte>, ImageClassification>(
                services =>
                {
                    ImageClassificationOptions settings = Options<ImageClassificationOptions>(services, name);
                    return new EncodedImagePreprocessor(
                        services.GetRequiredService<ImageDecoder>(),
                        settings.Decoding,
                        services.GetRequiredService<WorkingMemory>(),
                        loaded => ClassificationSettings.Of(loaded, settings));
                },
                services => new ImageClassificationPostprocessor(Options<ImageClassificationOptions>(services, name)))
            .AcceptEncoded<ReadOnlyMemory<byte>, ImageClassification>(static encoded => encoded, VisionAnswers.Write, SampleImage.Jpeg);
    }

    /// <summary>
    /// Makes the model an object detector (YOLO): encoded image bytes in, boxes in the image's own pixels out, as
    /// <c>IInferencePipeline&lt;ReadOnlyMemory&lt;byte&gt;, ObjectDetection&gt;</c>.
    /// </summary>
    /// <remarks>
    /// Reads JPEG and PNG. Input: one image tensor <c>[n, 3, h, w]</c> or <c>[n, h, w, 3]</c> of float32, float16 or uint8. Output: one of the
    /// heads of <see cref="DetectionHead"/>, told from shapes, labels and Ultralytics' metadata.
    /// </remarks>
    /// <param name="model">The model.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>The model.</returns>
    public static ModelBuilder UseObjectDetection(this ModelBuilder model, Action<DetectionOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        string name = model.Name;
        OptionsBuilder<DetectionOptions> options = model.Services.AddOptions<DetectionOptions>(name).ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        model.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<DetectionOptions>, DetectionOptionsValidator>());
        model.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<DetectionOptions>, DetectionOptionsRules>());
        model.Services.TryAddSingleton(services => new ImageDecoder(services.GetServices<IImageDecoder>()));
        model.Services.TryAddKeyedSingleton(name, (services, _) => new DetectionModels(Options<DetectionOptions>(services, name)));
        return model
            .UsePipeline<ReadOnlyMemory<byte>, ObjectDetection>(
                services =>
                {
                    DetectionModels models = services.GetRequiredKeyedService<DetectionModels>(name);
                    return new EncodedImagePreprocessor(
                        services.GetRequiredService<ImageDecoder>(),
                        Options<DetectionOptions>(services, name).Decoding,
                        services.GetRequiredService<WorkingMemory>(),
                        loaded => models.Of(loaded).Preprocessing());
                },
                services => new ObjectDetectionPostprocessor(
                    services.GetRequiredKeyedService<DetectionModels>(name), Options<DetectionOptions>(services, name)))
            .AcceptEncoded<ReadOnlyMemory<byte>, ObjectDetection>(static encoded => encoded, VisionAnswers.Write, SampleImage.Jpeg);
    }

    private static T Options<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(
        IServiceProvider services, string name)
        where T : class => services.GetRequiredService<IOptionsMonitor<T>>().Get(name);
}

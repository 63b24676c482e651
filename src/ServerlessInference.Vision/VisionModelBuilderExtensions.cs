using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using ServerlessInference.Vision.Classification;
using ServerlessInference.Vision.Classification.Internal;
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
                    ImageClassificationOptions settings = Options(services, name);
                    return new EncodedImagePreprocessor(
                        services.GetRequiredService<ImageDecoder>(), settings.Decoding, loaded => ClassificationSettings.Of(loaded, settings));
                },
                services => new ImageClassificationPostprocessor(Options(services, name)))
            .AcceptEncoded(static encoded => encoded, VisionJson.Default.ImageClassification);
    }

    private static ImageClassificationOptions Options(IServiceProvider services, string name) =>
        services.GetRequiredService<IOptionsMonitor<ImageClassificationOptions>>().Get(name);
}

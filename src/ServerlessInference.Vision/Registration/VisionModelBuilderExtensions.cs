using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ServerlessInference.Pipelines;
using ServerlessInference.Registration;
using ServerlessInference.Sessions;
using ServerlessInference.Vision;
using ServerlessInference.Vision.Classification;
using ServerlessInference.Vision.Detection;
using ServerlessInference.Vision.Registration;

namespace ServerlessInference;

/// <summary>Extension methods that add a vision pipeline to a model.</summary>
public static class VisionModelBuilderExtensions
{
    /// <summary>
    /// Makes the model an image classifier, which takes the bytes of an encoded image and returns the best labels. It is registered as
    /// <c>IInferencePipeline&lt;ReadOnlyMemory&lt;byte&gt;, ImageClassification&gt;</c>, keyed by the name of the model.
    /// </summary>
    /// <remarks>
    /// Images may be JPEG, PNG, WebP, GIF or BMP.
    /// Input of the model: one image tensor <c>[n, 3, h, w]</c> or <c>[n, h, w, 3]</c> of float32, float16 or
    /// uint8; grey images with 1 channel and RGBA with 4 too. Output: the float tensor <c>[n, classes]</c> that fits labels, names and
    /// shapes, or a sequence of maps from label to score. Scores, labels and preprocessing follow the graph and the files of the model;
    /// <see cref="LoadedModel.Decisions"/> tells what was decided.
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
        model.AddImageOptions<ImageClassificationOptions, ImageClassificationOptionsValidator>(configure);
        string name = model.Name;
        return model.UseImages(
            services => services.GetOptions<ImageClassificationOptions>(name).Decoding,
            services =>
            {
                ImageClassificationOptions options = services.GetOptions<ImageClassificationOptions>(name);
                return loaded => DefaultPreprocessing.Read(loaded, options.Preprocessing);
            },
            services => new ImageClassificationPostprocessor(services.GetOptions<ImageClassificationOptions>(name)),
            VisionAnswers.Write);
    }

    /// <summary>
    /// Makes the model an object detector (YOLO), which takes the bytes of an encoded image and returns boxes in pixels of that image. It
    /// is registered as <c>IInferencePipeline&lt;ReadOnlyMemory&lt;byte&gt;, ObjectDetection&gt;</c>, keyed by the name of the model.
    /// </summary>
    /// <remarks>
    /// Images may be JPEG, PNG, WebP, GIF or BMP.
    /// Input of the model: one image tensor <c>[n, 3, h, w]</c> or <c>[n, h, w, 3]</c> of float32, float16 or
    /// uint8. Output: one of the heads in <see cref="DetectionHead"/>, which is detected from shapes, labels and Ultralytics' metadata.
    /// Detectors of other families are refused.
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
    public static ModelBuilder UseObjectDetection(this ModelBuilder model, Action<DetectionOptions>? configure = null) =>
        model.UseDetection(configure, DetectionTask.Boxes, static () => new ObjectDetectionAnswer(), VisionAnswers.Write);

    /// <summary>
    /// Gives the model a pipeline that takes the bytes of an encoded image and returns an answer of your own. Decoding and preprocessing
    /// are those of the other vision pipelines; you write the postprocessor. The pipeline is registered as
    /// <c>IInferencePipeline&lt;ReadOnlyMemory&lt;byte&gt;, TOutput&gt;</c>, keyed by the name of the model.
    /// </summary>
    /// <remarks>
    /// Images may be JPEG, PNG, WebP, GIF or BMP.
    /// Input of the model: one image tensor <c>[n, 3, h, w]</c> or <c>[n, h, w, 3]</c> of float32, float16 or
    /// uint8. The postprocessor reads the outputs of the model from the batch, and from
    /// <see cref="InferenceBatchExtensions.GetImageTransform"/> where each image is in its tensor.
    /// </remarks>
    /// <example>
    /// <code>
    /// services.AddServerlessInference().AddModel("focus", model => model
    ///     .FromFileSystem("models/focus")
    ///     .UseImagePipeline(_ => new FocusPostprocessor(), MyJson.Default.FocusPoint));
    /// </code>
    /// </example>
    /// <typeparam name="TOutput">The answer.</typeparam>
    /// <param name="model">The model.</param>
    /// <param name="postprocessor">Creates the postprocessor, once.</param>
    /// <param name="json">How answers are written for event sources, from a source-generated context.</param>
    /// <param name="configure">Configures the options; may be <see langword="null"/>.</param>
    /// <returns>The same model builder, so that calls can be chained.</returns>
    public static ModelBuilder UseImagePipeline<TOutput>(
        this ModelBuilder model,
        Func<IServiceProvider, IPostprocessor<TOutput>> postprocessor,
        JsonTypeInfo<TOutput> json,
        Action<ImagePipelineOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(postprocessor);
        ArgumentNullException.ThrowIfNull(json);
        model.AddImageOptions<ImagePipelineOptions, ImagePipelineOptionsValidator>(configure);
        string name = model.Name;
        return model.UseImages(
            services => services.GetOptions<ImagePipelineOptions>(name).Decoding,
            services =>
            {
                ImagePipelineOptions options = services.GetOptions<ImagePipelineOptions>(name);
                return loaded => DefaultPreprocessing.Read(loaded, options.Preprocessing);
            },
            postprocessor,
            (writer, answer) => JsonSerializer.Serialize(writer, answer, json));
    }
}
